package org.quorate.spi.storage;

import org.osgi.annotation.versioning.ConsumerType;

/** Log and stable record of one link on this node; they share the order of their completions. */
@ConsumerType
public interface LinkStore extends AutoCloseable {
  LogStore log();

  StableStore stable();

  /** Waits for what is under way and releases the files; nothing settles afterwards. */
  @Override
  void close();
}
