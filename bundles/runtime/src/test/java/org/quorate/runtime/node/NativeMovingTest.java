package org.quorate.runtime.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.KeyRange;
import org.quorate.api.NodeId;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.coordinator.zk.ZooKeeperProvider;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.node.ForgetfulAccess.Fate;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;
import org.quorate.tck.coordination.MovingContract;

/**
 * Between groups of three nodes, and between a group and ZooKeeper. The next test finds the groups as
 * empty as the first, with the revisions that they have come to.
 */
class NativeMovingTest {
  private static final ZooKeeperProvider PROVIDER = new ZooKeeperProvider();
  private static final String FIRST = TestCluster.GROUP.name();
  private static final String SECOND = "second";
  private static final Supplier<CompletionStage<?>> DONE =
      () -> CompletableFuture.completedFuture(null);

  @TempDir static Path folder;
  private final FencingToken by = MovingContract.laterToken();
  private static TestCluster cluster;
  private static int roots;

  @BeforeAll
  static void start() throws Exception {
    cluster = TestCluster.serving(folder, 3);
    NodeId one = cluster.nodes().get(0);
    await(cluster.node(one).control().createGroup(GroupSpec.of(SECOND)));
    TestCluster.await(
        "every replica of the second group to be open",
        () ->
            cluster.nodes().stream()
                .map(id -> cluster.node(id).groups().find(GroupId.of(SECOND)))
                .allMatch(
                    host ->
                        host != null
                            && host.status().toCompletableFuture().join().state()
                                == GroupStatus.State.RUNNING));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void empty() throws Exception {
    roots++;
    for (String group : List.of(FIRST, SECOND)) {
      try (Movable last = group(group, "cleans", 1)) {
        FencingToken by = MovingContract.laterToken();
        await(last.retire("the test is over", by));
        await(last.unseal(by));
      }
    }
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, SECONDS);
  }

  private static Movable group(String group, String client, long epoch) {
    QuorateClient connected = cluster.client();
    return new KvCoordinator(
        connected.group(group).access(),
        client,
        epoch,
        () -> connected.shutdown().toCompletionStage());
  }

  private static Movable zooKeeper(String client, long epoch) throws Exception {
    Options options =
        new Options(
            Map.of(
                "coordinator.zk.dir",
                folder.resolve("zookeeper-" + roots).toString(),
                "coordinator.zk.root",
                "/target"));
    return (Movable) await(PROVIDER.open(client, epoch, options));
  }

  @Nested
  class GroupToZooKeeper extends MovingContract {
    @Override
    protected Movable openSource(String client, long epoch) {
      return group(FIRST, client, epoch);
    }

    @Override
    protected Movable openTarget(String client, long epoch) throws Exception {
      return zooKeeper(client, epoch);
    }

    @Override
    protected void kill(Movable client) {
      client.close();
    }
  }

  @Nested
  class ZooKeeperToGroup extends MovingContract {
    @Override
    protected Movable openSource(String client, long epoch) throws Exception {
      return zooKeeper(client, epoch);
    }

    @Override
    protected Movable openTarget(String client, long epoch) {
      return group(FIRST, client, epoch);
    }

    @Override
    protected void kill(Movable client) throws Exception {
      await(((KvCoordinator) client).abandon());
    }
  }

  @Nested
  class GroupToGroup extends MovingContract {
    @Override
    protected Movable openSource(String client, long epoch) {
      return group(FIRST, client, epoch);
    }

    @Override
    protected Movable openTarget(String client, long epoch) {
      return group(SECOND, client, epoch);
    }

    @Override
    protected void kill(Movable client) throws Exception {
      await(((KvCoordinator) client).abandon());
    }
  }

  // ---- what the group alone shows -------------------------------------------------------------

  @Test
  void aWarmedCopyCostsWhatHasChanged() throws Exception {
    try (Movable from = group(FIRST, "from", 1);
        Movable to = group(SECOND, "to", 2)) {
      CoordinatorSession session = await(from.openSession(SessionSpec.of("stays", 30_000)));
      assertInstanceOf(
          LockOutcome.Granted.class, await(session.lock(LockSpec.tried("lock", "a test"))));
      for (int i = 0; i < 50; i++) {
        await(from.put("k/" + i, Bytes.utf8("1")));
      }
      await(to.warm(await(from.inventory()), by));
      long warmed = revision();
      await(to.warm(await(from.inventory()), by));
      assertEquals(new TreeSet<>(), written(warmed));
      await(from.put("k/7", Bytes.utf8("2")));
      await(from.delete("k/9"));
      await(from.seal("it moves", by));
      await(to.take(await(from.inventory()), by));
      assertEquals(new TreeSet<>(List.of("k/k/7", "k/k/9", "m/k/7", "m/k/9")), written(warmed));
      assertEquals(1, await(to.locks(Scope.key("lock"))).size());
    }
  }

  /** A take is three proposals here: the one that says so, one batch, and the one that opens it. */
  @Test
  void aTakeWhoseAnswerIsLostIsDoneAnew() throws Exception {
    try (Movable from = group(FIRST, "from", 1)) {
      CoordinatorSession session = await(from.openSession(SessionSpec.of("stays", 30_000)));
      await(session.lock(LockSpec.tried("lock", "a test")));
      await(from.put("a", Bytes.utf8("1")));
      await(from.seal("it moves", by));
      Inventory wanted = await(from.inventory());
      for (Fate fate : List.of(Fate.UNANSWERED, Fate.LOST)) {
        for (int answered = 0; answered < 3; answered++) {
          ForgetfulAccess access = new ForgetfulAccess(second());
          Movable to = new KvCoordinator(access, "to", 2, DONE);
          Fate[] fates = new Fate[answered + 1];
          Arrays.fill(fates, Fate.ANSWERED);
          fates[answered] = fate;
          access.next(fates);
          String what = fate + " after " + answered;
          assertEquals(Code.INDETERMINATE, failure(to.take(wanted, by)), what);
          await(to.take(wanted, by));
          Inventory there = await(to.inventory());
          assertEquals(wanted.keys(), there.keys(), what);
          assertEquals(wanted.sessions(), there.sessions(), what);
          assertEquals(wanted.locks(), there.locks(), what);
          await(to.retire("the next one", by));
          await(((KvCoordinator) to).abandon());
        }
      }
      ForgetfulAccess access = new ForgetfulAccess(second());
      Movable late = new KvCoordinator(access, "late", 2, DONE);
      access.next(Fate.ANSWERED, Fate.ANSWERED, Fate.DELAYED);
      assertEquals(Code.INDETERMINATE, failure(late.take(wanted, by)));
      try (Movable to = group(SECOND, "to", 2)) {
        await(to.take(wanted, by));
        await(to.put("a", Bytes.utf8("2")));
        await(access.executeDelayed());
        assertEquals("2", await(to.get("a")).value().utf8(), "what came too late did nothing");
      }
      await(((KvCoordinator) late).abandon());
    }
  }

  /** What somebody has begun who freezes, at each of its requests, until another has begun and ended. */
  @Test
  void whoThawsInsideAStepDoesNothing() throws Exception {
    try (Movable from = group(FIRST, "from", 1)) {
      SessionSpec spec = SessionSpec.of("stays", 60_000);
      CoordinatorSession stays = await(from.openSession(spec));
      CoordinatorSession goes = await(from.openSession(spec));
      for (CoordinatorSession each : List.of(stays, goes)) {
        Op own = new Op.Put("own/" + each.id(), Bytes.utf8("1"), each.id());
        Op numbered = new Op.PutSequential("n/", Bytes.EMPTY, each.id());
        await(from.transact(Transaction.of(own, numbered)));
        await(each.lock(LockSpec.tried("lock/" + each.id(), "a test")));
      }
      Inventory early = await(from.inventory());
      await(goes.close());
      CoordinatorSession comes = await(from.openSession(spec));
      await(from.transact(Transaction.of(new Op.Put("comes", Bytes.EMPTY, comes.id()))));
      await(comes.lock(LockSpec.tried("another", "a test")));
      Inventory late = await(from.inventory());
      int taking = frozenAtEach((place, token) -> place.take(early, token), late, false, false);
      int anew = frozenAtEach((place, token) -> place.take(early, token), late, false, true);
      int retiring = frozenAtEach((place, token) -> place.retire("late", token), late, true, true);
      assertTrue(taking >= 10 && anew >= 10 && retiring >= 12, taking + ", " + retiring);
    }
  }

  private interface Step {
    CompletionStage<?> of(Movable place, FencingToken token);
  }

  /**
   * How many requests it is.
   *
   * @param kept whether something is kept there before
   * @param anew whether who comes next empties it first
   */
  private static int frozenAtEach(Step step, Inventory wanted, boolean kept, boolean anew)
      throws Exception {
    for (int requests = 0; ; requests++) {
      FrozenAccess access = new FrozenAccess(second(), requests);
      Movable freezes = new KvCoordinator(access.access(), "freezes", 2, DONE);
      try (Movable to = group(SECOND, "to", 2)) {
        if (kept) {
          await(to.take(wanted, MovingContract.laterToken()));
        }
        FencingToken late = MovingContract.laterToken();
        CompletableFuture<?> done = step.of(freezes, late).toCompletableFuture();
        await(CompletableFuture.anyOf(done.handle((d, p) -> null), access.frozen()));
        boolean taken = !kept && !await(to.inventory()).isEmpty(); // only tidies up
        if (!access.frozen().isDone() || taken) {
          access.thaw();
          await(done);
          FencingToken last = MovingContract.laterToken();
          await(to.retire("the next one", last));
          await(to.unseal(last));
          return requests;
        }
        FencingToken by = MovingContract.laterToken();
        if (anew) {
          await(to.retire("begun anew", by));
        }
        await(to.take(wanted, by));
        access.thaw();
        await(done.handle((d, p) -> null));
        Inventory there = await(to.inventory());
        assertEquals(wanted.keys(), there.keys(), "frozen at " + requests);
        assertEquals(wanted.sessions(), there.sessions(), "frozen at " + requests);
        assertEquals(wanted.locks(), there.locks(), "frozen at " + requests);
        await(to.put("after", Bytes.EMPTY));
        FencingToken last = MovingContract.laterToken();
        await(to.retire("the next one", last));
        await(to.unseal(last));
      } finally {
        await(((KvCoordinator) freezes).abandon());
      }
    }
  }

  private static GroupAccess second() {
    return cluster.client().group(SECOND).access();
  }

  private static long revision() throws Exception {
    return ask(new KvQuery.Stats(), KvResult.StatsDone.class).revision();
  }

  private static <T extends KvResult> T ask(KvQuery query, Class<T> answer) throws Exception {
    ReadOutcome read = await(second().read(query.encode(), ReadLevel.LINEARIZABLE));
    return answer.cast(KvResult.decode(((ReadOutcome.Answered) read).result()));
  }

  /** Which keys of copies were written after a revision, from behind the number of the copy. */
  private static TreeSet<String> written(long after) throws Exception {
    KvQuery.Changes changes =
        new KvQuery.Changes(KeyRange.prefix(Bytes.utf8("coord/t/")), after + 1, 0, 0, false);
    return ask(changes, KvResult.ChangesDone.class).events().stream()
        .map(event -> event.entry().key().utf8().replaceFirst("coord/t/[0-9]+/", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void whoHeldAndWhoWaitedGoOnWithTheirClaims() throws Exception {
    try (Movable from = group(FIRST, "from", 1);
        Movable to = group(SECOND, "to", 2)) {
      List<CoordinatorSession> sessions = new ArrayList<>();
      List<FencingToken> tokens = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        sessions.add(await(from.openSession(SessionSpec.of("s" + i, 30_000))));
        sessions.get(i).lock(LockSpec.queued("lock", "a test", 60_000));
        int line = i;
        TestCluster.await("to be in line", () -> inLine(from).size() > line);
        tokens.add(inLine(from).get(i));
      }
      await(from.seal("it moves", by));
      await(to.take(await(from.inventory()), by));
      List<CoordinatorSession> there = new ArrayList<>();
      for (CoordinatorSession each : sessions) {
        there.add(await(to.resume(each.id(), each.secret(), true)));
      }
      LockSpec wanted = LockSpec.queued("lock", "a test", 60_000);
      assertEquals(
          Code.LOCK_LOST, failure(there.get(0).adopt(wanted, tokens.get(1))), "not its own");
      HeldLock first = await(there.get(0).adopt(wanted, tokens.get(0))).orThrow();
      assertEquals(tokens.get(0), first.token());
      CompletableFuture<LockOutcome> third =
          there.get(2).adopt(wanted, tokens.get(2)).toCompletableFuture();
      LockSpec hurried = LockSpec.tried("lock", "a test");
      assertInstanceOf(
          LockOutcome.NotGranted.class, await(there.get(3).adopt(hurried, tokens.get(3))));
      assertEquals(tokens.subList(0, 3), inLine(to));
      assertTrue(await(first.release()));
      HeldLock second = await(there.get(1).adopt(wanted, tokens.get(1))).orThrow();
      assertTrue(await(second.release()));
      HeldLock last = await(third).orThrow();
      assertEquals(tokens.get(2), last.token());
      assertTrue(await(to.forceRelease("lock", last.token(), "ann", "a test")));
      assertEquals(HeldLock.Loss.FORCED, await(last.lost()));
    }
  }

  private static List<FencingToken> inLine(Movable coordinator) {
    try {
      List<FencingToken> line = new ArrayList<>();
      for (var lock : await(coordinator.locks(Scope.key("lock")))) {
        line.add(lock.holder().token());
        lock.waiting().forEach(claim -> line.add(claim.token()));
      }
      return line;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Code failure(CompletionStage<?> stage) {
    ExecutionException failed = assertThrows(ExecutionException.class, () -> await(stage));
    return assertInstanceOf(CoordinationException.class, failed.getCause()).code();
  }
}
