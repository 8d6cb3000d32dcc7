package org.quorate.coordinator.zk;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.apache.zookeeper.AsyncCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * The connection to the servers, held by Curator, and the requests that go over it. Answers come on
 * the coordinator's thread, each exactly once, a lost connection as CONNECTIONLOSS; nothing is tried
 * again here.
 */
final class Ensemble implements AutoCloseable {
  /** How long what has come is waited for to be handed over, at the end; nothing there blocks. */
  private static final int LAST_ANSWERS_MS = 10_000;

  private final CuratorFramework curator;
  private final Executor loop;
  private final String root;

  /** Takes an answer. */
  interface Answer<T> {
    void take(Code code, T value);
  }

  /** What a node holds. */
  record Node(byte[] data, Stat stat) {}

  private interface Request {
    void send(ZooKeeper zooKeeper);
  }

  Ensemble(String connect, Settings settings, Executor loop, Consumer<Boolean> connection) {
    this.loop = loop;
    this.root = settings.root();
    curator =
        CuratorFrameworkFactory.builder()
            .connectString(connect)
            .sessionTimeoutMs(settings.sessionMs())
            .connectionTimeoutMs((int) settings.connectMs())
            .retryPolicy(new BoundedExponentialBackoffRetry(50, 1_000, 8))
            .ensembleTracker(false)
            .maxCloseWaitMs(1_000)
            .waitForShutdownTimeoutMs(LAST_ANSWERS_MS)
            .threadFactory(Ensemble::daemon)
            .build();
    curator
        .getConnectionStateListenable()
        .addListener((c, state) -> loop.execute(() -> connection.accept(up(state))));
  }

  private static boolean up(ConnectionState state) {
    return state == ConnectionState.CONNECTED || state == ConnectionState.RECONNECTED;
  }

  static Thread daemon(Runnable run) {
    Thread thread = new Thread(run, "coordinator-zk");
    thread.setDaemon(true);
    return thread;
  }

  /** For what may block: first steps and snapshots. */
  CuratorFramework curator() {
    return curator;
  }

  String root() {
    return root;
  }

  String path(String node) {
    return root + "/" + node;
  }

  String folder(int folder) {
    return path("log/" + folder);
  }

  private String entry(int folder, long number) {
    return folder(folder) + "/" + name(number);
  }

  static String name(long number) {
    return String.format(Locale.ROOT, "e-%010d", number);
  }

  /** Appends to the log if the head is as known; the answer is the entry's number. */
  void append(Head head, byte[] entry, Answer<Long> answer) {
    List<Op> ops = List.of(Op.check(path("head"), head.version()), appending(head.folder(), entry));
    multi(
        ops,
        (code, results) ->
            answer.take(
                code,
                code == Code.OK ? number(((OpResult.CreateResult) results.get(1)).getPath()) : 0));
  }

  /** Changes the head, tells it by an entry, and perhaps makes the next folder of the log. */
  void changeHead(Head head, byte[] data, byte[] entry, boolean nextFolder, Answer<Void> answer) {
    Op set = Op.setData(path("head"), data, head.version());
    Op append = appending(head.folder(), entry);
    String next = folder(head.folder() + 1);
    multi(
        nextFolder
            ? List.of(
                set,
                append,
                Op.create(next, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT))
            : List.of(set, append),
        (code, results) -> answer.take(code, null));
  }

  private Op appending(int folder, byte[] entry) {
    return Op.create(
        folder(folder) + "/e-",
        entry,
        ZooDefs.Ids.OPEN_ACL_UNSAFE,
        CreateMode.PERSISTENT_SEQUENTIAL);
  }

  private static long number(String path) {
    return Long.parseLong(path.substring(path.lastIndexOf('-') + 1));
  }

  private void multi(List<Op> ops, Answer<List<OpResult>> answer) {
    AsyncCallback.MultiCallback back = (rc, path, context, results) -> reply(answer, rc, results);
    send(zk -> zk.multi(ops, back, null), answer);
  }

  /** The head, and a call when it changes or the connection does. */
  void readHead(Runnable changed, Answer<Node> answer) {
    get(path("head"), once(changed), answer);
  }

  void readEntry(int folder, long number, Answer<Node> answer) {
    get(entry(folder, number), null, answer);
  }

  private void get(String path, Watcher watcher, Answer<Node> answer) {
    AsyncCallback.DataCallback back =
        (rc, p, context, data, stat) -> reply(answer, rc, new Node(data, stat));
    send(zk -> zk.getData(path, watcher, back, null), answer);
  }

  /** How many entries a folder of the log has ever had. */
  void tail(int folder, Answer<Long> answer) {
    AsyncCallback.StatCallback back =
        (rc, p, context, stat) -> reply(answer, rc, stat == null ? 0L : created(stat));
    send(zk -> zk.exists(folder(folder), false, back, null), answer);
  }

  /** The changes of children are their creations and deletions. */
  static long created(Stat stat) {
    return (Integer.toUnsignedLong(stat.getCversion()) + stat.getNumChildren()) / 2;
  }

  /** Calls once when there is an entry; the answer says whether there is already: NONODE if not. */
  void await(int folder, long number, Runnable there, Answer<Void> answer) {
    AsyncCallback.StatCallback back = (rc, p, context, stat) -> reply(answer, rc, null);
    send(zk -> zk.exists(entry(folder, number), once(there), back, null), answer);
  }

  private Watcher once(Runnable happened) {
    return (WatchedEvent event) -> {
      if (event.getType() != Watcher.Event.EventType.None) {
        loop.execute(happened);
      }
    };
  }

  /** Answers when the server asked has all that was acknowledged before this call. */
  void barrier(boolean quorum, Answer<Void> answer) {
    if (quorum) {
      AsyncCallback.StatCallback back = (rc, p, context, stat) -> reply(answer, rc, null);
      send(zk -> zk.setData(path("barrier"), new byte[0], -1, back, null), answer);
    } else {
      AsyncCallback.VoidCallback back = (rc, p, context) -> reply(answer, rc, null);
      send(zk -> zk.sync(path("barrier"), back, null), answer);
    }
  }

  private <T> void reply(Answer<T> answer, int rc, T value) {
    loop.execute(() -> answer.take(Code.get(rc), value));
  }

  private void send(Request request, Answer<?> answer) {
    ZooKeeper zooKeeper;
    try {
      zooKeeper = curator.getZookeeperClient().getZooKeeper();
    } catch (Exception noConnection) {
      loop.execute(() -> answer.take(Code.CONNECTIONLOSS, null));
      return;
    }
    request.send(zooKeeper);
  }

  /** Returns when every answer that there is was handed over. */
  @Override
  public void close() {
    curator.close();
  }
}
