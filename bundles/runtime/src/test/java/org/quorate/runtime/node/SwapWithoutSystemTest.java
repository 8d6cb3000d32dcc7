package org.quorate.runtime.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.coordinator.swap.SwapMember;
import org.quorate.coordinator.swap.SwapPhase;
import org.quorate.coordinator.swap.SwapRecord;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.api.MemberSpec;
import org.quorate.runtime.api.NodeControl;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.WatchListener;
import org.quorate.spi.coordination.kit.LoopThread;

/** Coordinators of nodes that have no part in the group system, or cannot reach it. */
@Timeout(value = 240, unit = SECONDS)
class SwapWithoutSystemTest {
  private static final String HOME = "native:main";
  private static final String AWAY = "native:second";

  @TempDir Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();
  private TestCluster cluster;

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    cluster.close();
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, SECONDS);
  }

  private QuorateNode node(int number) {
    return cluster.node(NodeId.of("n" + number));
  }

  private static KvCoordinator on(GroupAccess access, long epoch) {
    return new KvCoordinator(
        access,
        "a test",
        epoch,
        () -> {
          if (access instanceof NodeAccess own) {
            own.close();
          }
          return CompletableFuture.completedFuture(null);
        });
  }

  private CoordinatorPlace place(QuorateNode node, String name) {
    return new CoordinatorPlace() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public CompletionStage<Coordinator> open(String client, long epoch) {
        GroupId group = GroupId.of(name.substring("native:".length()));
        return CompletableFuture.completedFuture(on(node.access(group), epoch));
      }
    };
  }

  private SwapMember member(QuorateNode node) {
    KvCoordinator records = on(node.access(NodeControl.SYSTEM_GROUP), 1);
    LoopThread loop = new LoopThread("swaps on " + node.id());
    SwapMember member =
        new SwapMember(
                records,
                HOME,
                node.id().name(),
                name -> List.of(HOME, AWAY).contains(name) ? place(node, name) : null,
                loop,
                SwapMember.Timing.DEFAULT)
            .start();
    open.addAll(List.of(member, records::abandon, loop));
    return member;
  }

  private static SwapRecord over(SwapMember member) throws Exception {
    SwapRecord last = await(member.last());
    long deadline = System.nanoTime() + SECONDS.toNanos(90);
    while (!last.phase().isOver() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(10);
      last = await(member.last());
    }
    assertEquals(SwapPhase.RETIRED, last.phase(), last.toString());
    return last;
  }

  private static CoordinationException refusal(CompletionStage<?> answer) {
    ExecutionException failed = assertThrows(ExecutionException.class, () -> await(answer));
    CoordinationException why = (CoordinationException) failed.getCause();
    assertEquals(Code.UNAVAILABLE, why.code(), why.toString());
    return why;
  }

  @Test
  void aNodeWithoutAPartInItGoesAlong() throws Exception {
    cluster = TestCluster.serving(folder, 3);
    NodeControl third = node(3).control();
    CompletableFuture<Void> found = new CompletableFuture<>();
    third.whenSystem(() -> found.complete(null));
    TestCluster.await("most nodes to say that it is nowhere", third::isWithoutSystem);
    assertFalse(found.isDone());
    await(node(1).control().createGroup(GroupSpec.of("second")));
    GroupSpec all = GroupSpec.of(NodeControl.SYSTEM_GROUP.name());
    List<MemberSpec> two =
        List.of(MemberSpec.voter(NodeId.of("n1")), MemberSpec.voter(NodeId.of("n2")));
    await(
        node(1)
            .control()
            .createGroup(
                new GroupSpec(
                    all.group(),
                    all.strategy(),
                    all.storage(),
                    all.log(),
                    all.stateMachine(),
                    two,
                    Map.of())));
    await(found);
    assertFalse(third.isWithoutSystem());
    assertNull(node(3).groups().find(NodeControl.SYSTEM_GROUP));

    List<MemberSpec> witnessed =
        List.of(two.get(0), two.get(1), new MemberSpec(NodeId.of("n3"), Role.WITNESS, 1));
    await(
        node(1)
            .control()
            .createGroup(
                new GroupSpec(
                    GroupId.of("witnessed"),
                    "certify",
                    all.storage(),
                    all.log(),
                    all.stateMachine(),
                    witnessed,
                    Map.of())));
    whoSeesNoChangesDoesNotPoll(GroupId.of("witnessed"));
    whoSeesNoChangesDoesNotPoll(NodeControl.SYSTEM_GROUP);

    SwapMember one = member(node(1));
    SwapMember three = member(node(3));
    Coordinator user = await(three.use("user"));
    CoordinatorSession session = await(user.openSession(SessionSpec.of("s", 60_000)));
    HeldLock lock = await(session.lock(LockSpec.tried("l", "a test"))).orThrow();
    await(user.put("a", Bytes.utf8("1")));
    QuorateClient connected = cluster.client();
    KvCoordinator direct = on(connected.group("main").access(), 1);
    open.add(direct::abandon);
    assertEquals("1", await(direct.get("a")).value().utf8());
    TestCluster.await("both to follow", () -> one.holds() && three.holds());
    await(one.swap(AWAY, false, "ann"));
    assertEquals(AWAY, over(one).serving());
    assertEquals("1", await(user.get("a")).value().utf8());
    await(user.put("a", Bytes.utf8("2")));
    await(session.keepAlive());
    assertEquals(lock.token(), await(user.locks(Scope.key("l"))).get(0).holder().token());
    String why = refusal(direct.get("a")).getMessage();
    assertTrue(why.contains("moved to '" + AWAY + "'"), why);
    assertTrue(refusal(direct.put("a", Bytes.EMPTY)).isSealed());
    TestCluster.await("it to be known where all is", () -> AWAY.equals(three.serving()));
  }

  /** A node that keeps no data of a group, or has no part in it, waits for changes where they are seen. */
  private void whoSeesNoChangesDoesNotPoll(GroupId group) throws Exception {
    AtomicInteger reads = new AtomicInteger();
    KvCoordinator blind = on(new CountingAccess(node(3).access(group), reads), 1);
    KvCoordinator sees = on(node(1).access(group), 1);
    open.addAll(List.of(blind::abandon, sees::abandon));
    long index = await(sees.put("a", Bytes.utf8("1")));
    CompletableFuture<String> told = new CompletableFuture<>();
    blind.watch(
        Scope.tree(""),
        index + 1,
        new WatchListener() {
          @Override
          public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
            told.complete(events.get(0).entry().value().utf8());
            return null;
          }

          @Override
          public void ended(CoordinationException why) {
            told.completeExceptionally(why);
          }
        });
    var poll = blind.poll(List.of(Scope.key("a")), index, 60_000);
    await(blind.get("a"));
    int before = reads.get();
    TimeUnit.MILLISECONDS.sleep(1_500);
    int asked = reads.get() - before;
    assertTrue(asked <= 6, asked + " reads by who waits for two changes"); // some to begin with
    await(sees.put("a", Bytes.utf8("2")));
    assertEquals("2", await(told));
    assertEquals("2", await(poll).entries().get(0).value().utf8());
  }

  /** Where nothing was swapped nobody has to be asked whether it was. */
  @Test
  void aCoordinatorOfAGroupServesWithoutIt() throws Exception {
    cluster = TestCluster.serving(folder, 1);
    SwapMember member = member(node(1)); // there is no group system: nobody answers for it
    Coordinator user = await(member.use("user"));
    assertNull(await(user.get("a")));
    long index = await(user.put("a", Bytes.utf8("1")));
    assertEquals("1", await(user.get("a")).value().utf8());
    CoordinatorSession session = await(user.openSession(SessionSpec.of("s", 60_000)));
    HeldLock lock = await(session.lock(LockSpec.queued("l", "a test", 60_000))).orThrow();
    assertEquals(index, await(user.poll(List.of(Scope.key("a")), index, 100)).revision());
    assertTrue(await(lock.release()));
    await(session.close());
    assertFalse(member.holds());
    assertNull(member.serving());
    assertTrue(member.why().contains("has that group a quorum?"), member.why());
  }
}
