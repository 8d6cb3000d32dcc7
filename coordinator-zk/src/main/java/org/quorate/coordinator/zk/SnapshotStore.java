package org.quorate.coordinator.zk;

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
              create("head", Head.open(0)));
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
    while (true) {
      try {
        curator.sync().forPath(ensemble.path("snapshots"));
        Stored oldest = index().stored().get(0);
        if (oldest.chunks() == 0) {
          return new Loaded(new Machine(), Position.BEGIN);
        }
        List<byte[]> parts = new ArrayList<>();
        int size = 0;
        for (int i = 0; i < oldest.chunks(); i++) {
          byte[] part = curator.getData().forPath(chunk(oldest.name(), i));
          parts.add(part);
          size += part.length;
        }
        byte[] all = new byte[size];
        int at = 0;
        for (byte[] part : parts) {
          System.arraycopy(part, 0, all, at, part.length);
          at += part.length;
        }
        return new Loaded(Machine.restore(all), oldest.at());
      } catch (KeeperException.NoNodeException replaced) {
        // A newer one took its place while it was read: the index names that one.
        if (curator.checkExists().forPath(ensemble.path("snapshots")) == null) {
          throw replaced;
        }
      }
    }
  }

  private Index index() throws Exception {
    Stat stat = new Stat();
    byte[] data = curator.getData().storingStatIn(stat).forPath(ensemble.path("snapshots"));
    return Index.parse(data, stat.getVersion());
  }

  private String chunk(String snapshot, int number) {
    return ensemble.path("snapshots/" + snapshot + "/" + number);
  }

  /**
   * Stores a snapshot and deletes what it makes superfluous.
   *
   * @return false if another coordinator is at it, or was
   */
  boolean store(byte[] machine, Position at) throws Exception {
    String writer = ensemble.path("snapshots/writer");
    try {
      curator.create().withMode(CreateMode.EPHEMERAL).forPath(writer);
    } catch (KeeperException.NodeExistsException busy) {
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
      curator.delete().quietly().forPath(writer);
    }
  }

  private Index replace(Index index) throws Exception {
    Stat stat =
        curator
            .setData()
            .withVersion(index.version())
            .forPath(ensemble.path("snapshots"), index.data());
    return new Index(stat.getVersion(), index.begin(), index.stored());
  }

  private Stored write(byte[] machine, Position at) throws Exception {
    String name = at.folder() + "-" + at.next() + "-" + UUID.randomUUID();
    curator.create().forPath(ensemble.path("snapshots/" + name), new byte[0]);
    int chunks = 0;
    for (int from = 0; from < machine.length; from += CHUNK_BYTES) {
      int size = Math.min(CHUNK_BYTES, machine.length - from);
      byte[] part = new byte[size];
      System.arraycopy(machine, from, part, 0, size);
      curator.create().forPath(chunk(name, chunks++), part);
    }
    return new Stored(name, at, chunks);
  }

  /** Deletes snapshots that the index does not name. */
  private void sweep(Index index) throws Exception {
    for (String name : curator.getChildren().forPath(ensemble.path("snapshots"))) {
      boolean named = index.stored().stream().anyMatch(s -> s.name().equals(name));
      if (!named && !name.equals("writer")) {
        curator
            .delete()
            .quietly()
            .deletingChildrenIfNeeded()
            .forPath(ensemble.path("snapshots/" + name));
      }
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
