package org.quorate.spi.storage;

import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.Bytes;

/**
 * A replica's checkpointed state: ordered byte keys. Reads from any thread; commits and {@link
 * #replace} from one thread at a time. Reads beside a commit may see it in part: the memtable above
 * shadows what is being committed. A closed store answers with {@link IllegalStateException}.
 */
@ConsumerType
public interface StateStore extends AutoCloseable {
  /** The value, or null. */
  Bytes get(Bytes key);

  /** Walks from {@code from} (inclusive) to {@code to} (exclusive, null for the end). */
  StateCursor scan(Bytes from, Bytes to);

  /** Walks the same range backwards. */
  StateCursor scanReverse(Bytes from, Bytes to);

  /**
   * Makes the changes and the applied position durable as one; blocks. When it throws, a reopened
   * store holds all of the batch or nothing.
   */
  void commit(StateBatch batch);

  /** The applied index of the last commit; 0 for a new store. */
  long applied();

  /**
   * Replaces the whole content, atomically as seen after a crash; blocks. A walk that began before
   * goes on in the old content; when it throws, the old content is there.
   *
   * @param content in key order
   * @throws IllegalArgumentException if it is not in key order
   */
  void replace(StateCursor content, long applied);

  /** Approximate bytes on disk or heap, for status. */
  long sizeBytes();

  @Override
  void close();
}
