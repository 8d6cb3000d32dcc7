package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import org.quorate.api.GroupId;
import org.quorate.client.net.Loop;
import org.quorate.spi.storage.StorageException;

/**
 * The groups of a node. Reads from any thread; manifests are installed by one worker at a time.
 */
public final class GroupTable {
  private final GroupHost.Node node;
  private final List<Ticker> tickers;
  private final ManifestStore store;
  private final Map<GroupId, GroupHost> hosts = new ConcurrentSkipListMap<>();

  GroupTable(GroupHost.Node node, List<Loop> loops, ManifestStore store) {
    this.node = node;
    this.tickers = loops.stream().map(Ticker::new).toList();
    this.store = store;
  }

  /** Reads the manifests and opens what can be opened. */
  void load() {
    store.load().forEach(this::host);
    reconcile();
  }

  private GroupHost host(GroupManifest manifest) {
    Ticker ticker = tickers.get(Math.floorMod(manifest.group().hashCode(), tickers.size()));
    GroupHost host = new GroupHost(node, ticker, manifest);
    hosts.put(manifest.group(), host);
    ticker.add(host);
    return host;
  }

  /** One for each loop. */
  List<Ticker> tickers() {
    return tickers;
  }

  /** A group, or null. */
  public GroupHost find(GroupId group) {
    return hosts.get(group);
  }

  /** All groups by name. */
  public List<GroupHost> all() {
    return new ArrayList<>(hosts.values());
  }

  /** Groups are opened and parked as services demand; complete when they have followed. */
  CompletableFuture<Void> reconcile() {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (GroupHost host : hosts.values()) {
      CompletableFuture<Void> followed = new CompletableFuture<>();
      all.add(followed);
      host.reconcile(() -> followed.complete(null));
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
  }

  /**
   * Takes a manifest: a new group, or a newer membership of a known one. On disk when it returns;
   * blocks.
   *
   * @return null, or why it was refused
   */
  synchronized String install(GroupManifest told) {
    GroupHost known = hosts.get(told.group());
    try {
      if (known == null) {
        store.save(told);
        host(told).reconcile(() -> {});
        return null;
      }
      GroupManifest mine = known.manifest();
      if (mine.config().historyId() != told.config().historyId()) {
        return "node '"
            + node.id()
            + "' has a group '"
            + told.group()
            + "' of another history ("
            + Long.toHexString(mine.config().historyId())
            + ")";
      }
      if (told.membership().version() > mine.membership().version()) {
        GroupManifest newer = mine.with(told.membership());
        store.save(newer);
        known.told(newer);
      }
      return null;
    } catch (StorageException e) {
      node.broken("manifest of group " + told.group(), e);
      return e.getMessage();
    }
  }
}
