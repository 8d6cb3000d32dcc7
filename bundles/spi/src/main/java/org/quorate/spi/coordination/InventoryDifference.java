package org.quorate.spi.coordination;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.quorate.spi.coordination.Inventory.KeptSession;

/**
 * What makes one inventory into another: first all that is dropped goes, then all that is added comes.
 * What is different is among both.
 *
 * @param keys those that go
 * @param numbers prefixes whose next number goes
 * @param sessions ids of those that go; what they own is among what goes too
 * @param locks those whose claims all go
 * @param forced whether the record of forced releases goes
 * @param added what comes; locks with their whole line
 */
public record InventoryDifference(
    Set<String> keys,
    Set<String> numbers,
    Set<Long> sessions,
    Set<String> locks,
    boolean forced,
    Inventory added) {
  /** What makes {@code there} into {@code wanted}. */
  public static InventoryDifference between(Inventory there, Inventory wanted) {
    Set<Long> sessions = new LinkedHashSet<>();
    List<KeptSession> newSessions = new ArrayList<>();
    Function<KeptSession, Long> id = kept -> kept.info().id();
    compare(there.sessions(), wanted.sessions(), id, sessions, newSessions, kept -> false);
    Set<String> keys = new LinkedHashSet<>();
    List<KeyEntry> newKeys = new ArrayList<>();
    compare(
        there.keys(),
        wanted.keys(),
        KeyEntry::key,
        keys,
        newKeys,
        entry -> sessions.contains(entry.owner()));
    Set<String> locks = new LinkedHashSet<>();
    List<LockInfo> newLocks = new ArrayList<>();
    compare(
        there.locks(), wanted.locks(), LockInfo::name, locks, newLocks, lock -> of(lock, sessions));
    Set<String> numbers = new LinkedHashSet<>(there.numbers().keySet());
    Map<String, Long> newNumbers = new LinkedHashMap<>();
    wanted
        .numbers()
        .forEach(
            (prefix, next) -> {
              if (next.equals(there.numbers().get(prefix))) {
                numbers.remove(prefix);
              } else {
                newNumbers.put(prefix, next);
              }
            });
    boolean forced = !there.forced().equals(wanted.forced());
    Inventory added =
        new Inventory(
            wanted.revision(),
            wanted.highest(),
            newKeys,
            newNumbers,
            newSessions,
            newLocks,
            forced ? wanted.forced() : List.of());
    return new InventoryDifference(keys, numbers, sessions, locks, forced, added);
  }

  private static boolean of(LockInfo lock, Set<Long> sessions) {
    return sessions.contains(lock.holder().session())
        || lock.waiting().stream().anyMatch(claim -> sessions.contains(claim.session()));
  }

  private static <K, T> void compare(
      List<T> there,
      List<T> wanted,
      Function<T, K> key,
      Set<K> dropped,
      List<T> added,
      Predicate<T> anew) {
    Map<K, T> old = new HashMap<>();
    there.forEach(each -> old.put(key.apply(each), each));
    dropped.addAll(there.stream().map(key).toList());
    for (T each : wanted) {
      if (each.equals(old.get(key.apply(each))) && !anew.test(each)) {
        dropped.remove(key.apply(each));
      } else {
        added.add(each);
      }
    }
  }
}
