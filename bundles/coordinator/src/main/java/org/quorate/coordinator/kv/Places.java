package org.quorate.coordinator.kv;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.spi.coordination.Scope;

/**
 * Where things lie in the group:
 *
 * <pre>
 * coord/k/KEY                         → a key's value
 * coord/n/PREFIX                      → the next number of sequential keys
 * coord/s/SESSION                     → {@link SessionRecord}; its lease is the session
 * coord/l/LOCK 00 SESSION-SLOT        → {@link ClaimRecord}; the oldest one holds the lock
 * coord/f/NUMBER                      → a forced release; coord/c/f the next number
 * coord/c/seal                        → why nothing may be changed; absent while it may
 * </pre>
 *
 * <p>A session's id is that of its lease, in 16 hexadecimal digits.
 */
final class Places {
  static final Bytes ALL = Bytes.utf8("coord/");
  static final Bytes SEAL = Bytes.utf8("coord/c/seal");
  static final Bytes SESSIONS = Bytes.utf8("coord/s/");
  static final Bytes FORCED = Bytes.utf8("coord/f/");
  static final Bytes FORCED_COUNTER = Bytes.utf8("coord/c/f");
  static final Bytes KEYS = Bytes.utf8("coord/k/");
  static final Bytes COUNTERS = Bytes.utf8("coord/n/");
  static final Bytes LOCKS = Bytes.utf8("coord/l/");

  /** All but the seal. */
  static final List<Bytes> KEPT = List.of(KEYS, COUNTERS, SESSIONS, LOCKS, FORCED, FORCED_COUNTER);

  private Places() {}

  static Bytes key(String key) {
    return KEYS.concat(Bytes.utf8(key));
  }

  static String keyAt(Bytes place) {
    return place.from(KEYS.length()).utf8();
  }

  static KeyRange keys(Scope scope) {
    return scope.tree()
        ? KeyRange.prefix(below(KEYS, scope.path()))
        : KeyRange.single(key(scope.path()));
  }

  /** Where the names directly below a path begin. */
  static Bytes level(String path) {
    return below(KEYS, path);
  }

  private static Bytes below(Bytes root, String path) {
    return path.isEmpty() ? root : root.concat(Bytes.utf8(path + "/"));
  }

  static Bytes counter(String prefix) {
    return COUNTERS.concat(Bytes.utf8(prefix));
  }

  static Bytes session(long id) {
    return Bytes.utf8("coord/s/" + String.format("%016x", id));
  }

  static long sessionAt(Bytes place) {
    return Long.parseUnsignedLong(place.from(SESSIONS.length()).utf8(), 16);
  }

  /** Those who hold and want a lock. */
  static KeyRange claims(String lock) {
    return KeyRange.prefix(LOCKS.concat(Bytes.utf8(lock + "\0")));
  }

  static KeyRange locks(Scope scope) {
    return scope.tree() ? KeyRange.prefix(below(LOCKS, scope.path())) : claims(scope.path());
  }

  static Bytes claim(String lock, long session, long slot) {
    return LOCKS.concat(Bytes.utf8(lock + "\0" + String.format("%016x-%016x", session, slot)));
  }

  static String lockAt(Bytes place) {
    String rest = place.from(LOCKS.length()).utf8();
    return rest.substring(0, rest.indexOf('\0'));
  }

  static long claimantAt(Bytes place) {
    String rest = place.utf8();
    int at = rest.indexOf('\0') + 1;
    return Long.parseUnsignedLong(rest.substring(at, at + 16), 16);
  }
}
