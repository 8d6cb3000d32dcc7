package org.quorate.coordinator.kv;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.quorate.api.KeyRange;
import org.quorate.api.kv.KvEntry;
import org.quorate.spi.coordination.ForcedRelease;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Inventory.KeptSession;

/** All that lies in the places of a base, as it was at one revision of the group. */
final class Contents {
  private final Base base;
  private final long revision;
  private final List<List<KvEntry>> read = new ArrayList<>();

  private Contents(Base base, long revision, List<KvEntry> keys) {
    this.base = base;
    this.revision = revision;
    read.add(keys);
  }

  static CompletionStage<Contents> read(Store store, Base base) {
    Places places = base.places();
    return store
        .all(places.allKeys())
        .thenApply(keys -> new Contents(base, keys.revision(), keys.entries()))
        .thenCompose(contents -> contents.add(store, places.allCounters()))
        .thenCompose(contents -> contents.add(store, places.allSessions()))
        .thenCompose(contents -> contents.add(store, places.allLocks()))
        .thenCompose(contents -> contents.add(store, places.allForced()));
  }

  private CompletionStage<Contents> add(Store store, KeyRange range) {
    return store
        .all(range, revision)
        .thenApply(
            entries -> {
              read.add(entries);
              return this;
            });
  }

  /** The group's revision. */
  long revision() {
    return revision;
  }

  private List<KvEntry> keys() {
    return read.get(0);
  }

  private List<KvEntry> sessions() {
    return read.get(2);
  }

  private List<KvEntry> claims() {
    return read.get(3);
  }

  /** Leases of sessions, by their ids. */
  Map<Long, Long> leases() {
    Map<Long, Long> leases = new HashMap<>();
    sessions().forEach(e -> leases.put(base.places().sessionAt(e.key()), e.lease()));
    return leases;
  }

  /** Leases of sessions whose end has begun: their record is gone, what they own not yet. */
  Set<Long> ending() {
    Set<Long> ending = new LinkedHashSet<>();
    keys().forEach(e -> ending.add(Math.abs(e.lease())));
    claims().forEach(e -> ending.add(Math.abs(e.lease())));
    ending.remove(0L);
    sessions().forEach(e -> ending.remove(e.lease()));
    return ending;
  }

  /**
   * It in the words of the contract.
   *
   * @param highest a number that no id is higher than
   */
  Inventory inventory(long highest) {
    Places places = base.places();
    Map<String, Long> numbers = new LinkedHashMap<>();
    read.get(1)
        .forEach(e -> numbers.put(places.counterAt(e.key()), Long.parseLong(e.value().utf8())));
    List<KeptSession> sessions = new ArrayList<>();
    for (KvEntry entry : sessions()) {
      SessionRecord record = SessionRecord.decode(entry.value());
      long id = places.sessionAt(entry.key());
      sessions.add(new KeptSession(record.info(id), record.secretHash()));
    }
    List<ForcedRelease> forced = new ArrayList<>();
    read.get(4).forEach(e -> forced.add(Locks.forced(e.value())));
    Collections.reverse(forced);
    return new Inventory(
        base.shown(revision),
        Math.max(base.shown(revision), highest),
        keys().stream().map(base::entry).toList(),
        numbers,
        sessions,
        Locks.infos(base, claims()),
        forced);
  }
}
