package org.quorate.spi.storage;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.Bytes;

/**
 * The log of one link: records with consecutive indexes. Called on the group's loop; writes return
 * at once and settle their {@link Pending} on that loop later.
 *
 * <p>What its implementer must survive, each a test of {@code LogStoreContract}: a crash at any
 * write leaves exactly the acknowledged prefix, possibly followed by whole records that were issued
 * after it; a torn tail is cut; a record that was acknowledged and does not verify is an error that
 * names file and offset, never a cut; after a failed sync nothing is acknowledged any more.
 */
@ConsumerType
public interface LogStore {
  /** Index of the first record kept; {@code lastIndex() + 1} when there is none. */
  long firstIndex();

  /** Index of the last record issued; {@code firstIndex() - 1} when there is none. */
  long lastIndex();

  /**
   * Writes records at consecutive indexes from {@code first} on. Records at and after {@code first}
   * are replaced as a whole: after a crash either the old suffix or the new one (or a prefix of the
   * new one) is there, never a mix.
   *
   * @param first from {@link #firstIndex()} to {@link #lastIndex()} + 1
   */
  void append(long first, List<Bytes> records, Pending pending);

  /** Drops all records; the next append is at {@code next}. */
  void reset(long next, Pending pending);

  /** Allows to drop the records before {@code first}; not durable by itself, may come back. */
  void trimPrefix(long first);

  /**
   * Reads records from {@code first} on until {@code maxBytes} are exceeded, at least one. May read
   * from disk: not for the hot path.
   */
  List<Bytes> read(long first, int maxBytes);
}
