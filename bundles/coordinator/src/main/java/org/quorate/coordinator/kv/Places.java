package org.quorate.coordinator.kv;

import java.util.List;
import java.util.regex.Pattern;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.Scope;

/**
 * Where things lie in the group. What began there is below {@code coord/}, what was taken in from another
 * provider below {@code coord/t/N/}, where N counts how often that was done:
 *
 * <pre>
 * k/KEY                         → a key's value
 * n/PREFIX                      → the next number of sequential keys
 * s/SESSION                     → {@link SessionRecord}; its lease is the session's
 * l/LOCK 00 SESSION-SLOT        → {@link ClaimRecord}; the oldest one holds the lock
 * f/NUMBER                      → a forced release; c/f the next number
 * m/KEY                         → {@link Numbers} that a key came with
 * o/LEASE                       → the session that came with this lease, 16 hexadecimal digits
 *
 * coord/c/seal                  → why nothing may be changed; absent while it may
 * coord/c/moved                 → why nothing is to be read either; absent while it may
 * coord/c/base                  → {@link Base}: absent as long as nothing was taken in
 * coord/c/taker                 → who is taking something in
 * coord/c/mover                 → the {@link FencingToken} of who moved it last, see {@link Moving}
 * </pre>
 *
 * <p>SESSION is a session's id in 16 hexadecimal digits.
 */
final class Places {
  static final Bytes SEAL = Bytes.utf8("coord/c/seal");
  static final Bytes MOVED = Bytes.utf8("coord/c/moved");
  static final Bytes BASE = Bytes.utf8("coord/c/base");
  static final Bytes TAKER = Bytes.utf8("coord/c/taker");
  static final Bytes MOVER = Bytes.utf8("coord/c/mover");
  static final Bytes CONTROL = Bytes.utf8("coord/c/");
  static final Bytes TAKEN = Bytes.utf8("coord/t/");

  private static final Pattern SESSION = Pattern.compile("coord/(t/[0-9]+/)?s/[0-9a-f]{16}");

  private final Bytes keys;
  private final Bytes counters;
  private final Bytes sessions;
  private final Bytes locks;
  private final Bytes forced;
  private final Bytes forcedCounter;
  private final Bytes moved;
  private final Bytes owners;

  /**
   * @param number how often something was taken in, 0 for what began here
   */
  Places(long number) {
    Bytes root = Bytes.utf8(number == 0 ? "coord/" : "coord/t/" + number + "/");
    keys = root.concat(Bytes.utf8("k/"));
    counters = root.concat(Bytes.utf8("n/"));
    sessions = root.concat(Bytes.utf8("s/"));
    locks = root.concat(Bytes.utf8("l/"));
    forced = root.concat(Bytes.utf8("f/"));
    forcedCounter = root.concat(Bytes.utf8("c/f"));
    moved = root.concat(Bytes.utf8("m/"));
    owners = root.concat(Bytes.utf8("o/"));
  }

  /** Of which nothing may be there for something to be taken in. */
  List<KeyRange> kept() {
    return List.of(allKeys(), allSessions(), allLocks());
  }

  /** Everything. */
  List<KeyRange> all() {
    return List.of(
        allKeys(),
        allCounters(),
        allSessions(),
        allLocks(),
        allForced(),
        KeyRange.single(forcedCounter),
        allMoved(),
        allOwners());
  }

  KeyRange allKeys() {
    return KeyRange.prefix(keys);
  }

  KeyRange allCounters() {
    return KeyRange.prefix(counters);
  }

  KeyRange allSessions() {
    return KeyRange.prefix(sessions);
  }

  KeyRange allLocks() {
    return KeyRange.prefix(locks);
  }

  KeyRange allForced() {
    return KeyRange.prefix(forced);
  }

  KeyRange allMoved() {
    return KeyRange.prefix(moved);
  }

  KeyRange allOwners() {
    return KeyRange.prefix(owners);
  }

  // ---- keys -----------------------------------------------------------------------------------

  Bytes key(String key) {
    return keys.concat(Bytes.utf8(key));
  }

  String keyAt(Bytes place) {
    return place.from(keys.length()).utf8();
  }

  KeyRange keys(Scope scope) {
    return scope.tree()
        ? KeyRange.prefix(below(keys, scope.path()))
        : KeyRange.single(key(scope.path()));
  }

  /** Where the names directly below a path begin. */
  Bytes level(String path) {
    return below(keys, path);
  }

  private static Bytes below(Bytes root, String path) {
    return path.isEmpty() ? root : root.concat(Bytes.utf8(path + "/"));
  }

  Bytes counter(String prefix) {
    return counters.concat(Bytes.utf8(prefix));
  }

  String counterAt(Bytes place) {
    return place.from(counters.length()).utf8();
  }

  Bytes moved(String key) {
    return moved.concat(Bytes.utf8(key));
  }

  String movedAt(Bytes place) {
    return place.from(moved.length()).utf8();
  }

  // ---- sessions -------------------------------------------------------------------------------

  Bytes session(long id) {
    return sessions.concat(Bytes.utf8(String.format("%016x", id)));
  }

  /** Whether the record of a session lies there, of whichever base. */
  static boolean isSession(Bytes place) {
    return SESSION.matcher(place.utf8()).matches();
  }

  long sessionAt(Bytes place) {
    return Long.parseUnsignedLong(place.from(sessions.length()).utf8(), 16);
  }

  Bytes owner(long lease) {
    return owners.concat(Bytes.utf8(String.format("%016x", lease)));
  }

  long ownerAt(Bytes place) {
    return Long.parseUnsignedLong(place.from(owners.length()).utf8(), 16);
  }

  // ---- locks ----------------------------------------------------------------------------------

  /** Those who hold and want a lock. */
  KeyRange claims(String lock) {
    return KeyRange.prefix(locks.concat(Bytes.utf8(lock + "\0")));
  }

  KeyRange locks(Scope scope) {
    return scope.tree() ? KeyRange.prefix(below(locks, scope.path())) : claims(scope.path());
  }

  Bytes claim(String lock, long session, long slot) {
    return locks.concat(Bytes.utf8(lock + "\0" + String.format("%016x-%016x", session, slot)));
  }

  String lockAt(Bytes place) {
    String rest = place.from(locks.length()).utf8();
    return rest.substring(0, rest.indexOf('\0'));
  }

  static long claimantAt(Bytes place) {
    String rest = place.utf8();
    int at = rest.indexOf('\0') + 1;
    return Long.parseUnsignedLong(rest.substring(at, at + 16), 16);
  }

  static long slotAt(Bytes place) {
    String rest = place.utf8();
    return Long.parseUnsignedLong(rest.substring(rest.indexOf('\0') + 18), 16);
  }

  // ---- forced releases ------------------------------------------------------------------------

  Bytes forced() {
    return forced;
  }

  Bytes forcedCounter() {
    return forcedCounter;
  }

  /** Where a forced release is, by its number. */
  Bytes forced(long number) {
    return forced.concat(Bytes.utf8(String.format("%010d", number)));
  }

  long forcedAt(Bytes place) {
    return Long.parseLong(place.from(forced.length()).utf8());
  }
}
