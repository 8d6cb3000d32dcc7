package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.quorate.api.Bytes;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.WatchListener;

/**
 * Two clients of the coordinator in a group: one holds a lock and writes, the other waits for the lock and
 * watches what is written, whatever becomes of the nodes meanwhile.
 */
final class CoordinatedLoad implements AutoCloseable, WatchListener {
  private static final long PATIENCE_S = 120;
  private static final long TTL_MS = 60_000;
  private static final long PAUSE_MS = 20;
  private static final String LOCK = "app/lock";

  private final Cli cli;
  private final Coordinator one;
  private final Coordinator two;
  private final CoordinatorSession holder;
  private final CoordinatorSession waiter;
  private final HeldLock lock;
  private final CompletableFuture<LockOutcome> waiting;
  private final List<String> written =
      new ArrayList<>(); // by the writer, then by who has joined it
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> writer;
  private volatile boolean going = true;

  /** On a cluster that {@code quorate up} made. */
  CoordinatedLoad(Cli cli) throws Exception {
    this.cli = cli;
    String[] addresses =
        cli.ok("node", "list", "--json").array().stream()
            .map(n -> ((JsonObject) n).getString("client"))
            .toArray(String[]::new);
    one = open(addresses, "one");
    two = open(addresses, "two");
    holder = await(one.openSession(SessionSpec.of("holder", TTL_MS)));
    waiter = await(two.openSession(SessionSpec.of("waiter", TTL_MS)));
    lock = await(holder.lock(LockSpec.tried(LOCK, "it holds"))).orThrow();
    waiting = waiter.lock(LockSpec.queued(LOCK, "it waits", 600_000)).toCompletableFuture();
    two.watch(Scope.key("app/n"), write(), this);
    writer = CompletableFuture.runAsync(this::writeOn, CoordinatedLoad::inBackground);
  }

  private static void inBackground(Runnable task) {
    Thread thread = new Thread(task, "coordinated-load");
    thread.setDaemon(true);
    thread.start();
  }

  private static Coordinator open(String[] addresses, String name) {
    QuorateClient client = QuorateClient.connect(ClientOptions.of(addresses));
    return new KvCoordinator(
        client.group("default").access(), name, 1, () -> client.shutdown().toCompletionStage());
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
  }

  private long write() throws Exception {
    String value = "v" + written.size();
    long revision = await(one.put("app/n", Bytes.utf8(value)));
    written.add(value);
    return revision;
  }

  private void writeOn() {
    try {
      while (going) {
        write();
        TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
      }
    } catch (Exception e) {
      throw new IllegalStateException("write " + written.size() + " failed", e);
    }
  }

  @Override
  public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
    events.forEach(e -> seen.add(e.entry().value().utf8()));
    return null;
  }

  @Override
  public void ended(CoordinationException why) {
    seen.add("ended: " + why);
  }

  /** Ends the writes. */
  void stop() {
    going = false;
    writer.handle((done, problem) -> null).orTimeout(PATIENCE_S, TimeUnit.SECONDS).join();
  }

  /** All writes were done and seen once and in order; the lock is held, also when its leader dies. */
  void nothingIsLost(RunningCluster cluster) throws Exception {
    await(writer);
    assertHeld();
    String leader = cluster.leader();
    cli.ok("node", "kill", leader);
    assertHeld();
    write();
    cluster.settle(
        "all events",
        () -> {
          TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
          return seen.size() >= written.size();
        });
    assertEquals(written, seen);
  }

  private void assertHeld() throws Exception {
    Condition held = new Condition.Held(LOCK, lock.token());
    Op put = new Op.Put("app/protected", Bytes.utf8("by the holder"));
    assertTrue(await(two.transact(new Transaction(List.of(held), List.of(put)))).succeeded());
    assertFalse(waiting.isDone());
    await(holder.keepAlive());
    await(waiter.keepAlive());
  }

  /** What an operator sees and does: the lock is taken from its holder and goes to who waits. */
  void anOperatorTakesTheLock() throws Exception {
    JsonArray line = cli.ok("lock", "show", LOCK, "--json").array();
    assertEquals(2, line.size(), line.encode());
    assertEquals("holder", line.getJsonObject(0).getString("holder"));
    assertEquals("it holds", line.getJsonObject(0).getString("purpose"));
    assertEquals("waiter", line.getJsonObject(1).getString("holder"));
    assertEquals(lock.token().toString(), line.getJsonObject(0).getString("token"));
    String token = lock.token().toString();
    cli.ok("lock", "release", LOCK, token, "it hangs", "--by", "ann");
    assertNotEquals(0, cli.run("lock", "release", LOCK, token, "again").exit());
    JsonObject record = cli.ok("lock", "releases", "--json").array().getJsonObject(0);
    assertEquals("ann", record.getString("by"));
    assertEquals("it hangs", record.getString("reason"));
    HeldLock next = await(waiting).orThrow();
    assertEquals(HeldLock.Loss.FORCED, await(lock.lost()));
    assertTrue(next.token().compareTo(lock.token()) > 0);
    await(waiter.close());
    await(holder.close());
    assertEquals(new JsonArray(), cli.ok("lock", "list", "--json").array());
    assertEquals(new JsonArray(), cli.ok("session", "list", "--json").array());
  }

  @Override
  public void close() {
    going = false;
    one.close();
    two.close();
  }
}
