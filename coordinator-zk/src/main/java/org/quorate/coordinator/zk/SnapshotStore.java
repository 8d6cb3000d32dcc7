package org.quorate.coordinator.zk;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.quorate.coordinator.zk.state.Machine;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;

/**
 * The nodes of a coordinator, and the snapshots in them. The two latest snapshots are kept and the log
 * from the older one on, so that who begins there knows what has changed since. Blocks: not to be used
 * on the coordinator's thread.
 */
final class SnapshotStore {
  private static final int CHUNK_BYTES = 512 << 10;
  private static final int DELETIONS = 200;

  /** Tries to read a snapshot that others replace meanwhile. */
  private static final int LOADS = 20;

  private static final String WRITER = "writer";
  private static final byte[] ROOT = "quorate-coordinator 1".getBytes(StandardCharsets.UTF_8);

  private final Ensemble ensemble;
  private final CuratorFramework curator;

  /** A snapshot: a node of that name with so many parts; without parts the empty beginning. */
  private record Stored(String name, Position at, int chunks) {}

  /**
   * What the node {@code snapshots} says.
   *
   * @param begin where the log begins; what is before is deleted
   */
  private record Index(int version, Position begin, List<Stored> stored) {
    byte[] data() {
      StringBuilder text = new StringBuilder();
      text.append("log ").append(begin.folder()).append(' ').append(begin.next()).append('\n');
      for (Stored each : stored) {
        text.append(each.name()).append(' ');
        text.append(each.at().folder()).append(' ').append(each.at().next()).append(' ');
        text.append(each.chunks()).append('\n');
      }
      return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static Index parse(byte[] data, int version) {
      try {
        Position begin = null;
        List<Stored> stored = new ArrayList<>();
        for (String line : new String(data, StandardCharsets.UTF_8).split("\n")) {
          String[] words = line.split(" ");
          Position at = new Position(Integer.parseInt(words[1]), Long.parseLong(words[2]));
          if (begin == null) {
            begin = at;
          } else {
            stored.add(new Stored(words[0], at, Integer.parseInt(words[3])));
          }
        }
        if (!stored.isEmpty()) {
          return new Index(version, begin, stored);
        }
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        throw broken(e);
      }
      throw broken(null);
    }

    private static CoordinationException broken(Exception cause) {
      return new CoordinationException(
          Code.BROKEN, "the node snapshots cannot be read: not of this provider", cause);
    }
  }

  /** A machine and what it has applied. */
  record Loaded(Machine machine, Position position) {}

  SnapshotStore(Ensemble ensemble) {
    this.ensemble = ensemble;
    this.curator = ensemble.curator();
  }

  /** Makes the nodes that are not there. */
  void prepare() throws Exception {
    try {
      if (curator.checkExists().forPath(ensemble.path("head")) != null) {
        return;
      }
      makeRoot();
      Index first = new Index(0, Position.BEGIN, List.of(new Stored("empty", Position.BEGIN, 0)));
      curator
          .transaction()
          .forOperations(
              create("log", new byte[0]),
              create("log/0", new byte[0]),
              create("snapshots", first.data()),
              create("barrier", new byte[0]),
              create("head", Head.FIRST));
    } catch (KeeperException.NodeExistsException another) {
      // Another coordinator did the same at the same time: they are there all at once or not at
      // all.
      return;
    }
  }

  private void makeRoot() throws Exception {
    try {
      curator.create().creatingParentsIfNeeded().forPath(ensemble.root(), ROOT);
    } catch (KeeperException.NodeExistsException there) {
      // What is in it is kept: it may have been made on purpose, with rights of its own.
      return;
    }
  }

  private CuratorOp create(String node, byte[] data) throws Exception {
    return curator.transactionOp().create().forPath(ensemble.path(node), data);
  }

  /** The oldest snapshot: what has changed since is all in the log. */
  Loaded load() throws Exception {
    Index before = null;
    for (int tries = 0; tries < LOADS; tries++) {
      curator.sync().forPath(ensemble.path("snapshots"));
      Index index = index();
      if (before != null && before.version() == index.version()) {
        throw new CoordinationException(
            Code.BROKEN,
            "none of the snapshots that the node snapshots names is whole: "
                + index.stored().stream().map(Stored::name).toList());
      }
      before = index;
      for (Stored each : index.stored()) {
        try {
          return read(each);
        } catch (KeeperException.NoNodeException replaced) {
          // Others took the place of all of them while it was read, or it is not whole.
          continue;
        }
      }
    }
    throw new CoordinationException(
        Code.UNAVAILABLE,
        "snapshots are replaced faster than they can be read: raise "
            + Settings.SNAPSHOT_ENTRIES.name());
  }

  private Loaded read(Stored stored) throws Exception {
    if (stored.chunks() == 0) {
      return new Loaded(new Machine(), Position.BEGIN);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < stored.chunks(); i++) {
      all.writeBytes(curator.getData().forPath(chunk(stored.name(), i)));
    }
    return new Loaded(Machine.restore(all.toByteArray()), stored.at());
  }

  private Index index() throws Exception {
    Stat stat = new Stat();
    byte[] data = curator.getData().storingStatIn(stat).forPath(ensemble.path("snapshots"));
    return Index.parse(data, stat.getVersion());
  }

  private String snapshot(String name) {
    return ensemble.path("snapshots/" + name);
  }

  private String chunk(String snapshot, int number) {
    return snapshot(snapshot) + "/" + number;
  }

  /**
   * Stores a snapshot and deletes what it makes superfluous. Who was cut off in the midst of it, and is
   * overtaken, changes nothing: each step depends on the index being the one that was read.
   *
   * @return false if another coordinator is at it, or was
   */
  boolean store(byte[] machine, Position at) throws Exception {
    if (!enter()) {
      return false;
    }
    try {
      Index index = index();
      Stored newest = index.stored().get(index.stored().size() - 1);
      if (newest.at().compareTo(at) >= 0) {
        return false;
      }
      sweep(index);
      Stored mine = write(machine, at);
      Index with = new Index(index.version(), index.begin(), List.of(newest, mine));
      index = replace(with);
      trim(index.begin(), newest.at());
      index = replace(new Index(index.version(), newest.at(), index.stored()));
      sweep(index);
      return true;
    } catch (KeeperException.BadVersionException overtaken) {
      return false;
    } finally {
      leave();
    }
  }

  /** So that not all coordinators store the same at the same time. */
  private boolean enter() throws Exception {
    try {
      curator.create().withMode(CreateMode.EPHEMERAL).forPath(writer());
      return true;
    } catch (KeeperException.NodeExistsException taken) {
      return isMine(); // its own: the answer was lost, or that it was deleted
    }
  }

  private void leave() throws Exception {
    if (isMine()) {
      curator.delete().quietly().forPath(writer());
    }
  }

  private boolean isMine() throws Exception {
    Stat stat = curator.checkExists().forPath(writer());
    return stat != null
        && stat.getEphemeralOwner() == curator.getZookeeperClient().getZooKeeper().getSessionId();
  }

  private String writer() {
    return ensemble.path("snapshots/" + WRITER);
  }

  /** Names other snapshots, which are there, unless the index was changed since. */
  private Index replace(Index index) throws Exception {
    List<CuratorOp> ops = new ArrayList<>();
    for (Stored each : index.stored()) {
      if (each.chunks() > 0) {
        ops.add(curator.transactionOp().check().forPath(snapshot(each.name())));
      }
    }
    ops.add(
        curator
            .transactionOp()
            .setData()
            .withVersion(index.version())
            .forPath(ensemble.path("snapshots"), index.data()));
    curator.transaction().forOperations(ops);
    return new Index(index.version() + 1, index.begin(), index.stored());
  }

  private Stored write(byte[] machine, Position at) throws Exception {
    String name = at.folder() + "-" + at.next() + "-" + UUID.randomUUID();
    curator.create().forPath(snapshot(name), new byte[0]);
    int chunks = 0;
    for (int from = 0; from < machine.length; from += CHUNK_BYTES) {
      int size = Math.min(CHUNK_BYTES, machine.length - from);
      byte[] part = new byte[size];
      System.arraycopy(machine, from, part, 0, size);
      curator.create().forPath(chunk(name, chunks++), part);
    }
    return new Stored(name, at, chunks);
  }

  /** Deletes snapshots that the index does not name, each as a whole and as long as that is so. */
  private void sweep(Index index) throws Exception {
    for (String name : curator.getChildren().forPath(ensemble.path("snapshots"))) {
      if (!name.equals(WRITER) && index.stored().stream().noneMatch(s -> s.name().equals(name))) {
        delete(name, index.version());
      }
    }
  }

  private void delete(String name, int version) throws Exception {
    List<CuratorOp> ops = new ArrayList<>();
    ops.add(
        curator.transactionOp().check().withVersion(version).forPath(ensemble.path("snapshots")));
    try {
      for (String chunk : curator.getChildren().forPath(snapshot(name))) {
        ops.add(curator.transactionOp().delete().forPath(snapshot(name) + "/" + chunk));
      }
      ops.add(curator.transactionOp().delete().forPath(snapshot(name)));
      curator.transaction().forOperations(ops);
    } catch (KeeperException.NoNodeException | KeeperException.NotEmptyException another) {
      // Another one deletes it too, or writes it.
      return;
    }
  }

  private void trim(Position from, Position to) throws Exception {
    for (int folder = from.folder(); folder <= to.folder(); folder++) {
      long begin = folder == from.folder() ? from.next() : 0;
      boolean all = folder < to.folder();
      Stat stat = curator.checkExists().forPath(ensemble.folder(folder));
      if (stat == null) {
        continue;
      }
      trim(folder, begin, all ? Ensemble.created(stat) : to.next());
      if (all) {
        curator.delete().quietly().forPath(ensemble.folder(folder));
      }
    }
  }

  private void trim(int folder, long from, long to) throws Exception {
    for (long next = from; next < to; next += DELETIONS) {
      long end = Math.min(next + DELETIONS, to);
      List<CuratorOp> batch = new ArrayList<>();
      for (long number = next; number < end; number++) {
        batch.add(curator.transactionOp().delete().forPath(entry(folder, number)));
      }
      try {
        curator.transaction().forOperations(batch);
      } catch (KeeperException.NoNodeException partly) {
        // One before was interrupted in the middle.
        for (long number = next; number < end; number++) {
          curator.delete().quietly().forPath(entry(folder, number));
        }
      }
    }
  }

  private String entry(int folder, long number) {
    return ensemble.folder(folder) + "/" + Ensemble.name(number);
  }
}
