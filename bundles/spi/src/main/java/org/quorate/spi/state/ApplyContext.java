package org.quorate.spi.state;

import org.osgi.annotation.versioning.ProviderType;
import org.quorate.api.Bytes;

/** What a command may read, write and know; all of it equal on every replica. */
@ProviderType
public interface ApplyContext extends StateView {
  void put(Bytes key, Bytes value);

  void delete(Bytes key);

  /** The version this command becomes: one more than the last commit's. */
  @Override
  long version();

  /** The session of the proposal, 0 for none. */
  long session();

  /** Whether a session or lease of this id is alive. */
  boolean alive(long lease);

  /**
   * Tells the certifier what changed. Each logical key that a command writes must be told, or {@link
   * #wroteEverything()}: else a concurrent transaction would miss the conflict.
   */
  void wrote(Bytes logicalKey);

  /** The command cannot name what it changed: it conflicts with every concurrent transaction. */
  void wroteEverything();
}
