package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.WatchListener;

/** A coordinator that does not reach its servers, or does not hear of them, while others do. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class CutOffTest {
  private static final int PATIENCE_S = 60;
  private static final long TTL_MS = 120_000;

  /** How long a coordinator waits for answers that a test withholds. */
  private static final int HURRIED_MS = 2_000;

  @TempDir Path folder;

  private EmbeddedServer server;
  private Link link;
  private ZkCoordinator other;

  @BeforeEach
  void start() throws Exception {
    server = new EmbeddedServer(folder, 0);
    link = new Link(server.port());
    other = open("other", Map.of("coordinator.zk.connect", server.address()));
  }

  @AfterEach
  void stop() throws Exception {
    try {
      await(other.shutdown());
    } finally {
      link.close();
      server.close();
    }
  }

  private static ZkCoordinator open(String client, Map<String, String> options) throws Exception {
    return (ZkCoordinator) await(new ZooKeeperProvider().open(client, 1, new Options(options)));
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
  }

  private static void until(Callable<Boolean> check) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (!check.call()) {
      assertTrue(System.nanoTime() < end, "not within a minute");
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static HeldLock take(CoordinatorSession session, String lock) throws Exception {
    return await(session.lock(LockSpec.queued(lock, "a test", TTL_MS))).orThrow();
  }

  private LockInfo line(String lock) throws Exception {
    List<LockInfo> all = await(other.locks(Scope.key(lock)));
    return all.isEmpty() ? new LockInfo(lock, null, List.of()) : all.get(0);
  }

  /** Notes values. */
  private static final class Values implements WatchListener {
    final List<String> told = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
      events.forEach(event -> told.add(event.entry().value().utf8()));
      return null;
    }

    @Override
    public void ended(CoordinationException why) {
      told.add("ended: " + why);
    }
  }

  /** First its connection is lost, then its session with the servers too. */
  @Test
  void sessionsLocksAndWatchesOutliveTheConnectionAndItsSession() throws Exception {
    ZkCoordinator one =
        open(
            "one",
            Map.of(
                "coordinator.zk.connect",
                link.address(),
                "coordinator.zk.session.ms",
                "1000",
                "coordinator.zk.request.ms",
                "60000"));
    CoordinatorSession session = await(one.openSession(SessionSpec.of("s", TTL_MS)));
    HeldLock lock = take(session, "l");
    Values watched = new Values();
    List<String> told = watched.told;
    one.watch(Scope.key("k"), await(one.put("k", Bytes.utf8("0"))), watched);

    link.cut();
    CompletionStage<Long> meanwhile = one.put("j", Bytes.utf8("cut"));
    await(other.put("k", Bytes.utf8("1")));
    link.goOn();
    await(meanwhile);
    assertEquals(1, await(other.get("j")).version(), "done once");
    until(() -> told.equals(List.of("0", "1")));

    int sessions = link.newSessions();
    List<String> values = new ArrayList<>(List.of("0", "1"));
    while (link.newSessions() == sessions) { // until the session with the server is lost
      link.stopAt(OpCode.multi);
      CompletionStage<Long> lost = one.put("j", Bytes.utf8("lost"));
      link.awaitStop();
      values.add(Integer.toString(values.size()));
      await(other.put("k", Bytes.utf8(values.get(values.size() - 1))));
      TimeUnit.MILLISECONDS.sleep(2_500); // it ends after a second, unless the server is late
      link.goOn();
      await(lost);
      assertEquals(values.size() - 1, await(other.get("j")).version(), "done once");
      until(() -> told.equals(values));
    }
    await(session.keepAlive());
    assertFalse(lock.lost().toCompletableFuture().isDone());
    assertTrue(await(lock.release()));
    values.add("last");
    await(other.put("k", Bytes.utf8("last")));
    until(() -> told.equals(values));
    await(one.shutdown());
  }

  @Test
  void whoHearsNothingOfAClaimHasNothingToCleanUp() throws Exception {
    ZkCoordinator one =
        open(
            "one",
            Map.of(
                "coordinator.zk.connect",
                link.address(),
                "coordinator.zk.request.ms",
                Integer.toString(HURRIED_MS)));
    CoordinatorSession mine = answered(() -> one.openSession(SessionSpec.of("mine", TTL_MS)));
    CoordinatorSession theirs = await(other.openSession(SessionSpec.of("theirs", TTL_MS)));
    HeldLock released = takeInTime(mine, "released");
    HeldLock left = take(theirs, "left");

    CompletionStage<LockOutcome> waits = inLine(mine, 500);
    link.holdAnswers();
    CompletionStage<LockOutcome> asked = mine.lock(LockSpec.queued("asked", "a test", TTL_MS));
    CompletionStage<Boolean> release = released.release();
    assertIndeterminate(asked);
    assertIndeterminate(release);
    for (long ms = 1_000; !isIndeterminate(waits); ms *= 2) { // its wait was over before
      link.goOn();
      waits = inLine(mine, ms);
      link.holdAnswers();
    }
    link.goOn();
    for (String lock : List.of("asked", "released")) {
      until(() -> line(lock).holder() == null);
    }
    until(() -> line("left").waiting().isEmpty());
    assertEquals(HeldLock.Loss.RELEASED, await(released.lost()));

    // Requests that never came there are made up for as well.
    HeldLock again = takeInTime(mine, "again");
    link.stopAt(OpCode.multi);
    CompletionStage<Boolean> never = again.release();
    link.awaitStop();
    assertIndeterminate(never);
    link.cut();
    link.goOn();
    assertEquals(HeldLock.Loss.RELEASED, await(again.lost()));

    // Who waited is seen to hold it, and since when.
    CompletionStage<LockOutcome> next = inLine(mine, TTL_MS);
    await(left.release());
    await(next);
    until(() -> line("left").holder().heldSinceMs() > 0);
    LockInfo.Claim holder = line("left").holder();
    assertTrue(holder.heldSinceMs() >= holder.askedAtMs());
    await(one.shutdown());
  }

  /** Asks again what was not answered in time. */
  private static <T> T answered(Callable<CompletionStage<T>> request) throws Exception {
    while (true) {
      try {
        return await(request.call());
      } catch (ExecutionException late) {
        Code code = code(late);
        assertTrue(code == Code.INDETERMINATE || code == Code.UNAVAILABLE, late.toString());
      }
    }
  }

  private static HeldLock takeInTime(CoordinatorSession session, String lock) throws Exception {
    return answered(() -> session.lock(LockSpec.queued(lock, "a test", TTL_MS))).orThrow();
  }

  /** Waits behind who has the lock that is left, so long or, if that was too short, longer. */
  private CompletionStage<LockOutcome> inLine(CoordinatorSession session, long waitMs)
      throws Exception {
    for (long ms = waitMs; ; ms *= 2) {
      CompletableFuture<LockOutcome> waits =
          session.lock(LockSpec.queued("left", "a test", ms)).toCompletableFuture();
      until(() -> waits.isDone() || !line("left").waiting().isEmpty());
      if (!waits.isDone()) {
        return waits;
      }
    }
  }

  private static Code code(ExecutionException failure) {
    return ((CoordinationException) failure.getCause()).code();
  }

  private static void assertIndeterminate(CompletionStage<?> stage) {
    assertEquals(
        Code.INDETERMINATE, code(assertThrows(ExecutionException.class, () -> await(stage))));
  }

  /** Whether it is not known what became of a wait; else it was answered that it is over. */
  private static boolean isIndeterminate(CompletionStage<LockOutcome> waits) throws Exception {
    try {
      assertInstanceOf(LockOutcome.NotGranted.class, await(waits));
      return false;
    } catch (ExecutionException unknown) {
      assertEquals(Code.INDETERMINATE, code(unknown));
      return true;
    }
  }
}
