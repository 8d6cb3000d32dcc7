package org.quorate.kv;

import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.storage.StateCursor;

/**
 * What a command is about to change. Nothing reaches the state before {@link #commit}, so that a
 * command can be refused at any point; reads see the draft over the state. A key that is written
 * several times changes once.
 */
final class Draft {
  /** A key's latest version in the state, or null, and what it will be, null for absent. */
  private static final class Pending {
    final Bytes stored;
    final Version before;
    Version after;
    Change change; // and what follows: once it is sealed
    Bytes place;
    Bytes current;
    Bytes encodedChange;
    Bytes encoded;

    Pending(Bytes stored) {
      this.stored = stored == null ? Bytes.EMPTY : stored;
      this.before = stored == null ? null : Version.decode(stored);
      this.after = before != null && before.live() ? before : null;
    }

    boolean changes() {
      return after == null ? before != null && before.live() : after != before;
    }
  }

  private final ApplyContext context;
  private final EntryHash hash;
  private final long revision;
  private final NavigableMap<Bytes, Pending> pending = new TreeMap<>();

  Draft(ApplyContext context, EntryHash hash) {
    this.context = context;
    this.hash = hash;
    this.revision = context.version();
  }

  /** The key as the command sees it now; null if it is absent. */
  Version get(Bytes key) {
    Pending drafted = pending.get(key);
    if (drafted != null) {
      return drafted.after;
    }
    Version latest = Version.latest(context, key);
    return latest != null && latest.live() ? latest : null;
  }

  /** Sets a value; returns what was there, or null. */
  Version put(Bytes key, Bytes value, long lease) {
    Pending drafted = open(key);
    Version old = drafted.after;
    long create = old == null ? revision : old.create();
    // Written before by the same command: still the same version.
    long version = old == null ? 1 : old.mod() == revision ? old.version() : old.version() + 1;
    drafted.after = new Version(create, revision, 0, version, lease, 0, Trail.START, value);
    return old;
  }

  /** Deletes a key; returns what was there, or null. */
  Version delete(Bytes key) {
    Pending drafted = open(key);
    Version old = drafted.after;
    drafted.after = null;
    return old;
  }

  private Pending open(Bytes key) {
    return pending.computeIfAbsent(key, k -> new Pending(context.get(Layout.current(k))));
  }

  /** Walks over the keys of a range in order while the visitor returns true. */
  void walk(KeyRange keys, boolean reverse, BiPredicate<Bytes, Version> visitor) {
    if (keys.isEmpty()) {
      return;
    }
    Iterator<Map.Entry<Bytes, Pending>> drafts = drafts(keys, reverse).entrySet().iterator();
    Map.Entry<Bytes, Pending> draft = drafts.hasNext() ? drafts.next() : null;
    KeyRange stored = Layout.current(keys);
    try (StateCursor cursor =
        reverse
            ? context.scanReverse(stored.from(), stored.to())
            : context.scan(stored.from(), stored.to())) {
      boolean more = cursor.next();
      while (more || draft != null) {
        Bytes key = more ? Layout.keyOfCurrent(cursor.key()) : null;
        int order = order(key, draft, reverse);
        Version version = order < 0 ? Version.decode(cursor.value()) : draft.getValue().after;
        Bytes at = order < 0 ? key : draft.getKey();
        if (version != null && version.live() && !visitor.test(at, version)) {
          return;
        }
        more = order <= 0 ? cursor.next() : more;
        if (order >= 0) {
          draft = drafts.hasNext() ? drafts.next() : null;
        }
      }
    }
  }

  private static int order(Bytes key, Map.Entry<Bytes, Pending> draft, boolean reverse) {
    if (key == null || draft == null) {
      return key == null ? 1 : -1;
    }
    int order = key.compareTo(draft.getKey());
    return reverse ? -order : order;
  }

  private NavigableMap<Bytes, Pending> drafts(KeyRange keys, boolean reverse) {
    NavigableMap<Bytes, Pending> part =
        keys.to() == null
            ? pending.tailMap(keys.from(), true)
            : pending.subMap(keys.from(), true, keys.to(), false);
    return reverse ? part.descendingMap() : part;
  }

  /** Works out all that will be written; nothing is drafted after that. */
  void seal() {
    int sub = 0;
    for (Map.Entry<Bytes, Pending> entry : pending.entrySet()) {
      if (entry.getValue().changes()) {
        seal(entry.getKey(), entry.getValue(), sub++);
      }
    }
  }

  private void seal(Bytes key, Pending pended, int sub) {
    Version before = pended.before;
    Trail trail = (before == null ? Trail.START : before.trail()).next(revision, sub);
    pended.after = complete(key, pended.after, sub, trail);
    int valueBytes = pended.after.value().length();
    pended.change = new Change(key, !pended.after.live(), valueBytes, pended.stored);
    pended.place = Layout.change(revision, sub);
    pended.current = Layout.current(key);
    pended.encodedChange = pended.change.encode();
    pended.encoded = pended.after.encode();
  }

  /** Writes the sealed changes in key order; returns how many there are. */
  int commit(ApplyContext into, Meta meta) {
    int changes = 0;
    for (Map.Entry<Bytes, Pending> entry : pending.entrySet()) {
      if (entry.getValue().change != null) {
        write(into, entry.getKey(), entry.getValue(), meta);
        changes++;
      }
    }
    if (changes > 0) {
      meta.revision = revision;
      meta.unswept += changes;
    }
    return changes;
  }

  /** In an order by which queries on other threads find the version before once it is replaced. */
  private static void write(ApplyContext into, Bytes key, Pending pended, Meta meta) {
    Version before = pended.before;
    Version after = pended.after;
    into.put(pended.place, pended.encodedChange);
    index(into, key, before == null ? 0 : before.lease(), after.lease());
    into.put(pended.current, pended.encoded);
    meta.historyBytes += pended.change.cost();
    meta.hash += after.hash() - (before == null ? 0 : before.hash());
    meta.keys += (after.live() ? 1 : 0) - (before != null && before.live() ? 1 : 0);
    // A slice of an array of our own: the certifier may keep it.
    into.wrote(Layout.keyOfCurrent(pended.current));
  }

  private Version complete(Bytes key, Version v, int sub, Trail trail) {
    if (v == null) {
      return Version.deletion(revision, sub, trail);
    }
    long bits = hash.of(key, v.create(), v.mod(), v.version(), v.lease(), v.value());
    return new Version(v.create(), v.mod(), sub, v.version(), v.lease(), bits, trail, v.value());
  }

  private static void index(ApplyContext into, Bytes key, long oldLease, long newLease) {
    if (oldLease != newLease) {
      if (oldLease != 0) {
        into.delete(Layout.lease(oldLease, key));
      }
      if (newLease != 0) {
        into.put(Layout.lease(newLease, key), Layout.NOTHING);
      }
    }
  }
}
