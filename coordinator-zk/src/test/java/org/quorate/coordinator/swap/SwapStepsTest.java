package org.quorate.coordinator.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.coordinator.zk.ZooKeeperProvider;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.tck.coordination.SteadyUser;

/** The steps of a swap, with the death of the node that works on it at each of them. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class SwapStepsTest {
  private static final FencingToken LATE = new FencingToken(1_000, 1);

  private static final SwapMember.Timing TIMING = new SwapMember.Timing(2_000, 60_000, 60_000);

  /** More than a swap makes. */
  private static final int CALLS = 40;

  @TempDir static Path folder;
  private static int runs;

  private final ZooKeeperProvider provider = new ZooKeeperProvider();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final int run = ++runs;
  private SteadyUser load;

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private CompletionStage<Coordinator> connect(String client, long epoch, String root) {
    Options options =
        new Options(
            Map.of(
                "coordinator.zk.dir",
                folder.resolve("data").toString(),
                "coordinator.zk.root",
                "/" + root + "-" + run + "-" + rounds));
    return provider.open(client, epoch, options);
  }

  private int rounds;

  private CoordinatorPlace place(String name) {
    return new CoordinatorPlace() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public CompletionStage<Coordinator> open(String client, long epoch) {
        return connect(client, epoch, name);
      }
    };
  }

  private SwapMember member(String node, Mortal process, List<String> known) throws Exception {
    return unstarted(node, process, known, new LoopThread(node)).start();
  }

  private SwapMember unstarted(String node, Mortal process, List<String> known, LoopThread loop)
      throws Exception {
    Coordinator records = await(connect(node, 1, "system"));
    open.add(records);
    SwapMember member =
        new SwapMember(
            process.recordsIn(records),
            "main",
            node,
            name -> known.contains(name) ? process.with(place(name)) : null,
            loop,
            TIMING);
    open.add(member);
    open.add(loop);
    return member;
  }

  private SwapMember member(String node) throws Exception {
    return member(node, new Mortal(-1, false), List.of("main", "other"));
  }

  @AfterEach
  void close() throws Exception {
    if (load != null) {
      load.end();
    }
    for (AutoCloseable each : open) {
      each.close();
    }
    open.clear();
  }

  private static SwapRecord over(SwapMember member, long number) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    SwapRecord last = await(member.last());
    while ((last == null || last.number() < number || !last.phase().isOver())
        && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(10);
      last = await(member.last());
    }
    assertNotNull(last, "no swap");
    assertTrue(last.phase().isOver(), last.toString());
    return last;
  }

  /** All is at one place, which takes changes; the other one is empty. */
  private void assertAt(String serving, String empty) throws Exception {
    Movable at = (Movable) await(connect("looks", 9, serving));
    Movable other = (Movable) await(connect("looks", 9, empty));
    open.add(at);
    open.add(other);
    assertNotNull(await(at.get("n")));
    await(at.put("looked", Bytes.EMPTY));
    assertTrue(await(other.inventory()).isEmpty(), "something is left at " + empty);
  }

  @Test
  void allGoesToTheTargetAndBackAndWhoComesLaterFindsIt() throws Exception {
    SwapMember one = member("n1");
    SwapMember two = member("n2");
    load = new SteadyUser(await(one.use("user")));
    Coordinator reader = await(two.use("reader"));
    SwapPlan plan = await(one.plan("other"));
    assertTrue(plan.possible(), plan.toString());
    assertEquals(List.of("n1", "n2"), List.copyOf(plan.nodes()));
    assertEquals(2, plan.sessions());
    SwapRecord begun = await(two.swap("other", false, "ann"));
    assertEquals(1, begun.number());
    assertEquals(SwapPhase.RETIRED, over(one, 1).phase());
    assertNotNull(await(reader.get("n")));
    await(reader.put("mark", Bytes.utf8("there")));
    SwapMember late = member("n3");
    assertEquals("there", await(await(late.use("late")).get("mark")).value().utf8());
    assertRefused("at 'other' already", () -> one.swap("other", false, "ann"));
    await(one.swap("main", false, "ann"));
    SwapRecord back = over(two, 2);
    assertEquals(SwapPhase.RETIRED, back.phase(), back.why());
    assertEquals(3, back.epoch());
    load.check();
    load = null;
    assertAt("main", "other");
  }

  @Test
  void whoWasAwayFindsAllBehindASwapThatWasGivenUpToo() throws Exception {
    SwapMember one = member("n1");
    Coordinator user = await(one.use("user"));
    Coordinator early = await(connect("away", 1, "main"));
    await(user.put("mark", Bytes.utf8("there")));
    await(one.swap("other", false, "ann"));
    assertEquals(SwapPhase.RETIRED, over(one, 1).phase());
    await(one.swap("nowhere", false, "ann"));
    assertEquals(SwapPhase.ABORTED, over(one, 2).phase());
    LoopThread loop = new LoopThread("n2");
    SwapMember away = unstarted("n2", new Mortal(-1, false), List.of("main", "other"), loop);
    SwappableCoordinator behind = new SwappableCoordinator("main", early, away::holds, loop);
    away.adopt("away", behind);
    away.start();
    assertEquals("there", await(behind.get("mark")).value().utf8());
    assertTrue(away.holds());
    await(behind.shutdown());
  }

  private interface Refused {
    CompletionStage<?> call();
  }

  private static void assertRefused(String why, Refused call) {
    ExecutionException failed = assertThrows(ExecutionException.class, () -> await(call.call()));
    CoordinationException cause = (CoordinationException) failed.getCause();
    assertEquals(Code.INVALID, cause.code());
    assertTrue(cause.getMessage().contains(why), cause.getMessage());
  }

  @Test
  void whatIsNotPossibleIsGivenUpAndNobodyNoticesIt() throws Exception {
    SwapMember one = member("n1");
    SwapMember lacks = member("n2", new Mortal(-1, false), List.of("main"));
    load = new SteadyUser(await(one.use("user")));
    await(lacks.use("another"));
    await(one.swap("other", false, "ann"));
    SwapRecord last = over(one, 1);
    assertEquals(SwapPhase.ABORTED, last.phase());
    assertTrue(last.why().contains("'other'") && last.why().contains("n2"), last.why());
    lacks.close();
    Movable foreign = (Movable) await(connect("foreign", 1, "other"));
    open.add(foreign);
    assertTrue(await(foreign.unseal(new FencingToken(99, 0))));
    await(foreign.put("theirs", Bytes.EMPTY));
    SwapPlan plan = await(one.plan("other"));
    assertFalse(plan.possible());
    assertTrue(plan.objections().get(0).contains("1 keys"), plan.toString());
    await(one.swap("other", false, "ann"));
    last = over(one, 2);
    assertEquals(SwapPhase.ABORTED, last.phase());
    assertTrue(last.why().contains("1 keys"), last.why());
    assertEquals("main", last.serving());
    assertNotNull(await(foreign.get("theirs")));
    load.check();
    load = null;
  }

  /** A node, with places of its own. */
  private SwapMember member(
      String node, Function<String, CoordinatorPlace> places, SwapMember.Timing timing)
      throws Exception {
    Coordinator records = await(connect(node, 1, "system"));
    LoopThread loop = new LoopThread(node);
    SwapMember member = new SwapMember(records, "main", node, places, loop, timing);
    open.addAll(List.of(member, records, loop));
    return member.start();
  }

  @Test
  void whoLacksAPlaceHandsTheSwapOn() throws Exception {
    Movable main = (Movable) await(connect("by hand", 1, "main"));
    Movable other = (Movable) await(connect("by hand", 2, "other"));
    Coordinator records = await(connect("by hand", 1, "system"));
    open.addAll(List.of(main, other, records));
    FencingToken by = new FencingToken(0, 1);
    await(main.put("n", Bytes.EMPTY));
    await(main.seal("it moves", by));
    Inventory moved = await(main.inventory());
    await(other.take(moved, by));
    SwapRecord switched =
        new SwapRecord(
            1, SwapPhase.SWITCHED, "main", "other", 1, 2, true, 1, 1, "", "ann", 0, List.of(), 0);
    await(records.put("coordinators/main/swap", switched.encode()));
    CompletableFuture<Void> lacking = new CompletableFuture<>();
    member(
        "lacks",
        name -> {
          if (name.equals("main")) {
            lacking.complete(null);
            return null;
          }
          return place(name);
        },
        TIMING);
    await(lacking);
    SwapMember has = member("has", this::place, TIMING);
    assertEquals(SwapPhase.RETIRED, over(has, 1).phase());
    assertAt("other", "main");
  }

  /** A place where no take ends while it is cut off, and no retire is done. */
  private CoordinatorPlace place(String name, AtomicBoolean cut) {
    return new CoordinatorPlace() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public CompletionStage<Coordinator> open(String client, long epoch) {
        return connect(client, epoch, name).thenApply(opened -> cut(opened, cut));
      }
    };
  }

  private static Movable cut(Coordinator there, AtomicBoolean cut) {
    return (Movable)
        Proxy.newProxyInstance(
            SwapStepsTest.class.getClassLoader(),
            new Class<?>[] {Movable.class},
            (proxy, method, arguments) ->
                cut.get()
                    ? unreachable(there, method, arguments)
                    : method.invoke(there, arguments));
  }

  private static Object unreachable(Coordinator there, Method method, Object[] arguments)
      throws Exception {
    return switch (method.getName()) {
      case "take" -> new CompletableFuture<>();
      case "retire" ->
          CompletableFuture.failedFuture(new CoordinationException(Code.UNAVAILABLE, "cut off"));
      default -> method.invoke(there, arguments);
    };
  }

  @Test
  void aTargetThatCannotBeReachedIsEmptiedWhenItCan() throws Exception {
    AtomicBoolean cut = new AtomicBoolean(true);
    SwapMember.Timing hurried = new SwapMember.Timing(2_000, 60_000, 1_000);
    SwapMember one =
        member("n1", name -> name.equals("other") ? place(name, cut) : place(name), hurried);
    load = new SteadyUser(await(one.use("user")));
    await(one.swap("other", false, "ann"));
    SwapRecord last = over(one, 1);
    assertEquals(SwapPhase.ABORTED, last.phase());
    assertTrue(last.why().contains("1000 ms after the seal"), last.why());
    assertEquals(List.of("other"), last.left());
    assertTrue(await(one.plan("other")).possible(), "what is left there does not count");
    cut.set(false);
    untilNothingIsLeft(one);
    load.check();
    load = null;
    assertAt("main", "other");
    Coordinator byItsName = await(connect("looks", 1, "other"));
    open.add(byItsName);
    await(byItsName.put("own", Bytes.utf8("1"))); // it serves as before the swap
  }

  @Test
  void whatIsMovedByHandWithALaterTokenIsLeftAsItIs() throws Exception {
    SwapMember one = member("n1");
    Coordinator user = await(one.use("user"));
    Movable byHand = (Movable) await(connect("hand", 1, "main"));
    open.add(byHand);
    await(user.put("n", Bytes.utf8("1")));
    assertTrue(await(byHand.seal("by hand", LATE)));
    await(one.swap("other", false, "ann"));
    SwapRecord last = over(one, 1);
    assertEquals(SwapPhase.ABORTED, last.phase());
    assertTrue(last.why().contains("token " + LATE), last.why());
    assertTrue(last.why().contains("it is sealed, by hand"), last.why());
    assertTrue(await(byHand.unseal(LATE)));
    await(user.put("n", Bytes.utf8("2")));
    assertAt("main", "other");
  }

  /** As when where swaps are recorded was made anew, and its locks give low tokens again. */
  @Test
  void tokensGoOnAboveWhatThePlacesKeep() throws Exception {
    SwapMember one = member("n1");
    load = new SteadyUser(await(one.use("user")));
    Movable before = (Movable) await(connect("before", 1, "main"));
    Movable beforeThere = (Movable) await(connect("before", 1, "other"));
    open.addAll(List.of(before, beforeThere));
    FencingToken higher = new FencingToken(LATE.epoch() + 5, 1);
    assertTrue(await(before.unseal(LATE)));
    assertTrue(await(beforeThere.unseal(higher)));
    await(one.swap("other", false, "ann"));
    SwapRecord there = over(one, 1);
    assertEquals(SwapPhase.RETIRED, there.phase(), there.why());
    assertEquals(higher.epoch() + 1, there.fence());
    for (Movable place : List.of(before, beforeThere)) { // who was frozen since then
      assertLost(place.seal("late", LATE));
      assertLost(place.retire("late", LATE));
    }
    await(one.swap("main", false, "ann"));
    SwapRecord back = over(one, 2);
    assertEquals(SwapPhase.RETIRED, back.phase(), back.why());
    assertEquals(there.fence(), back.fence(), "raised though it was high enough");
    load.check();
    load = null;
    assertAt("main", "other");
  }

  private static void assertLost(CompletionStage<?> answer) {
    ExecutionException failed = assertThrows(ExecutionException.class, () -> await(answer));
    assertEquals(Code.LOCK_LOST, ((CoordinationException) failed.getCause()).code());
  }

  /** A record that was lost, or restored from a copy, opens and empties nothing. */
  @Test
  void whereAllHasGoneFromNothingIsOpenedByAnOlderRecord() throws Exception {
    SwapMember one = member("n1");
    Coordinator user = await(one.use("user"));
    await(user.put("n", Bytes.utf8("1")));
    Coordinator records = await(connect("by hand", 1, "system"));
    open.add(records);
    await(one.swap("other", false, "ann"));
    assertEquals(SwapPhase.RETIRED, over(one, 1).phase());
    await(records.delete("coordinators/main/swap"));
    SwapMember two = member("n2");
    SwapPlan plan = await(two.plan("other"));
    assertFalse(plan.possible());
    assertTrue(plan.objections().get(0).contains("moved to 'other'"), plan.toString());
    await(two.swap("other", false, "ann"));
    SwapRecord last = over(two, 1);
    assertEquals(SwapPhase.ABORTED, last.phase());
    assertTrue(last.why().contains("moved to 'other'"), last.why());
    SwapRecord older =
        new SwapRecord(
            2,
            SwapPhase.PLANNED,
            "main",
            "other",
            1,
            2,
            true,
            0,
            0,
            "",
            "ann",
            0,
            List.of("other"),
            0);
    await(records.put("coordinators/main/swap", older.encode()));
    last = over(two, 2);
    assertTrue(last.why().contains("moved to 'other'"), last.why());
    Movable there = (Movable) await(connect("looks", 9, "other"));
    open.add(there);
    assertEquals("1", await(there.get("n")).value().utf8());
  }

  private static void untilNothingIsLeft(SwapMember member) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!await(member.last()).left().isEmpty()) {
      assertTrue(System.nanoTime() < deadline, await(member.last()).toString());
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  @Test
  void aSwapLeavesNoSessionBehind() throws Exception {
    SwapMember one = member("n1");
    load = new SteadyUser(await(one.use("user")));
    await(one.swap("other", false, "ann"));
    assertEquals(SwapPhase.RETIRED, over(one, 1).phase());
    Coordinator records = await(connect("looks", 1, "system"));
    open.add(records);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    List<SessionInfo> sessions = await(records.sessions());
    while (sessions.size() != 1) {
      assertTrue(System.nanoTime() < deadline, sessions.toString());
      TimeUnit.MILLISECONDS.sleep(10);
      sessions = await(records.sessions());
    }
    assertEquals("coordinators of n1", sessions.get(0).name());
  }

  @Test
  void whoDiesAtAnyStepIsFollowedByAnother() throws Exception {
    assertTrue(dies(0, false));
    int deaths = 0;
    while (dies(deaths, true)) { // after one call is before the next
      deaths++;
      assertTrue(deaths < CALLS, "it never got to the end");
    }
    assertTrue(deaths >= 6, "it died at only " + deaths + " steps");
  }

  /** One round; whether it came to its death. */
  private boolean dies(int calls, boolean done) throws Exception {
    rounds++;
    Mortal dies = new Mortal(calls, done);
    CompletableFuture<Void> begin = new CompletableFuture<>();
    dies.death().thenRun(() -> begin.complete(null));
    SwapMember two =
        member("n2", new Mortal(-1, false).lockingAfter(begin), List.of("main", "other"));
    load = new SteadyUser(await(two.use("user")));
    SwapMember one = member("n1", dies, List.of("main", "other"));
    if (calls > 0) {
      one.use("doomed");
    }
    await(two.swap("other", false, "ann"));
    SwapRecord last = over(two, 1);
    begin.complete(null);
    String name = "death at change " + calls + (done ? ", done" : "") + ": " + last;
    try {
      load.check();
      boolean switched = last.phase() == SwapPhase.RETIRED;
      assertAt(switched ? "other" : "main", switched ? "main" : "other");
    } catch (Exception | AssertionError e) {
      throw new AssertionError(name, e);
    } finally {
      load = null;
      for (AutoCloseable each : open) {
        each.close();
      }
      open.clear();
    }
    return dies.death().isDone();
  }
}
