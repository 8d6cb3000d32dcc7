package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.quorate.api.GroupId;
import org.quorate.client.net.Loop;
import org.quorate.core.log.Fork;
import org.quorate.core.replica.BusyLoop;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.storage.StorageException;

/**
 * The groups of a node. Reads from any thread; manifests are installed by one worker at a time.
 */
public final class GroupTable {
  private final GroupHost.Node node;
  private final List<Ticker> tickers = new ArrayList<>();
  private final ManifestStore store;
  private final Map<GroupId, Reservation> reserved = new TreeMap<>();
  private final Map<GroupId, GroupHost> hosts = new ConcurrentHashMap<>();

  private record Reservation(long historyId, long untilNanos) {}

  /** On loops of which the first is the transport's. */
  GroupTable(GroupHost.Node node, List<Loop> loops, BusyLoop limits, ManifestStore store) {
    this.node = node;
    Ticker transport = new Ticker(loops.get(0), null, limits);
    tickers.add(transport);
    loops.stream().skip(1).forEach(loop -> tickers.add(new Ticker(loop, transport, limits)));
    this.store = store;
  }

  /** Reads the manifests and opens what can be opened. */
  void load() {
    store.load().forEach(this::host);
    reconcile();
  }

  private GroupHost host(GroupManifest manifest) {
    Ticker ticker = tickers.get(Math.floorMod(manifest.group().hashCode(), tickers.size()));
    GroupHost host = new GroupHost(node, ticker, store, manifest);
    hosts.put(manifest.group(), host);
    ticker.add(host);
    return host;
  }

  /** One for each loop. */
  List<Ticker> tickers() {
    return List.copyOf(tickers);
  }

  /** A group, or null. */
  public GroupHost find(GroupId group) {
    return hosts.get(group);
  }

  /** All groups by name. */
  public List<GroupHost> all() {
    List<GroupHost> all = new ArrayList<>(hosts.values());
    all.sort(Comparator.comparing(GroupHost::id));
    return all;
  }

  /** Groups are opened and parked as services demand; complete when they have followed. */
  CompletableFuture<Void> reconcile() {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (GroupHost host : all()) {
      CompletableFuture<Void> followed = new CompletableFuture<>();
      all.add(followed);
      host.reconcile(() -> followed.complete(null));
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
  }

  /**
   * Keeps a group's name for one history, so that two creations cannot both succeed.
   *
   * @return null, or why not
   */
  synchronized String reserve(GroupManifest wanted, long ms) {
    GroupHost known = hosts.get(wanted.group());
    if (known != null) {
      return another(known, wanted);
    }
    long history = wanted.config().historyId();
    Reservation held = reserved.get(wanted.group());
    if (held != null && held.historyId() != history && held.untilNanos() - System.nanoTime() > 0) {
      return "another creation of group '"
          + wanted.group()
          + "', with other members or options, is under way: repeat it when that one has ended";
    }
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    reserved.put(wanted.group(), new Reservation(history, until));
    return null;
  }

  /** Null if it is the same history. */
  private String another(GroupHost known, GroupManifest told) {
    long mine = known.manifest().config().historyId();
    return mine == told.config().historyId()
        ? null
        : "node '"
            + node.id()
            + "' has a group '"
            + told.group()
            + "' of another history: "
            + known.manifest().config().describe(told.config());
  }

  /** Puts another manifest of a group on disk and has it followed; blocks. */
  synchronized void replace(GroupHost known, GroupManifest next) {
    store.save(next);
    known.told(next);
  }

  /** Takes a membership that the group's own replica knows to be decided; blocks. */
  synchronized void decided(GroupHost host, Membership membership) {
    try {
      renew(host, membership);
    } catch (StorageException e) {
      node.broken("manifest of group " + host.id(), e);
    }
  }

  private void renew(GroupHost host, Membership membership) {
    GroupManifest mine = host.manifest();
    GroupManifest newer = mine.with(membership);
    if (mine.yieldsTo(newer, node.id())) {
      store.save(newer);
      host.told(newer);
    }
  }

  /**
   * Takes a manifest: a new group, or a newer membership of a known one. A replica that is open knows
   * better who belongs to its group, except that it was removed. On disk when it returns; blocks.
   *
   * @return null, or why it was refused
   */
  synchronized String install(GroupManifest told) {
    GroupHost known = hosts.get(told.group());
    try {
      if (known == null && !told.lists(node.id())) {
        return null;
      }
      if (known == null) {
        store.save(told);
        reserved.remove(told.group());
        host(told).reconcile(() -> {});
        return null;
      }
      GroupManifest mine = known.manifest();
      String another = another(known, told);
      if (another != null) {
        if (mine.successor() == null
            && Fork.from(mine.config().historyId(), told.config().lineage()) != null) {
          replace(known, mine.endedBy(told));
        }
        return another;
      }
      if (told.successor() != null && mine.successor() == null) {
        replace(known, mine.endedBy(told.next()));
        return null;
      }
      if (!known.isOpen() || !told.lists(node.id())) {
        renew(known, told.membership());
      }
      return null;
    } catch (StorageException e) {
      node.broken("manifest of group " + told.group(), e);
      return e.getMessage();
    }
  }
}
