package org.quorate.spi.coordination;

import java.util.List;
import java.util.Map;
import org.quorate.api.Bytes;

/**
 * All that a coordinator keeps, as it was at one revision: what another provider goes on with.
 *
 * @param revision the one at which it is so
 * @param highest no revision and no id of a session that was ever given is higher
 * @param keys in order, with values, revisions, versions and owners
 * @param numbers of sequential keys: prefix, and the next number
 * @param sessions in the order of their ids; every owner of a key and of a claim is among them
 * @param locks with holder and queue, each with the token that it has or was promised
 * @param forced the latest forced releases, newest first
 */
public record Inventory(
    long revision,
    long highest,
    List<KeyEntry> keys,
    Map<String, Long> numbers,
    List<KeptSession> sessions,
    List<LockInfo> locks,
    List<ForcedRelease> forced) {
  /** A sealed provider still counts what it refuses, and tells that as the revision of what is read. */
  private static final long ROOM = 1L << 32;

  /**
   * A session.
   *
   * @param proof SHA-256 of its secret: who has the secret can resume it wherever it goes on
   */
  public record KeptSession(SessionInfo info, Bytes proof) {}

  public Inventory {
    keys = List.copyOf(keys);
    numbers = Map.copyOf(numbers);
    sessions = List.copyOf(sessions);
    locks = List.copyOf(locks);
    forced = List.copyOf(forced);
  }

  /**
   * Where revisions and ids go on at the target: far enough above {@link #highest} that the source, which
   * is read while it is sealed, never gets there.
   */
  public long start() {
    return highest + ROOM;
  }

  /** Whether there is nothing in it; the record of forced releases alone counts as nothing. */
  public boolean isEmpty() {
    return keys.isEmpty() && sessions.isEmpty() && locks.isEmpty();
  }
}
