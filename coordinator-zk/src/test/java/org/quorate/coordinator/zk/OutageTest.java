package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.coordinator.swap.SwapMember;
import org.quorate.coordinator.swap.SwapPhase;
import org.quorate.coordinator.swap.SwapRecord;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.tck.coordination.SteadyUser;

/**
 * The servers of one of the two places of a swap stop in the midst of it, at each of its steps, and come
 * back. Swaps are recorded elsewhere, as the other place is.
 */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class OutageTest {
  private static final SwapMember.Timing HURRIED = new SwapMember.Timing(2_000, 2_000, 2_000);
  private static final SwapMember.Timing PATIENT = new SwapMember.Timing(2_000, 60_000, 60_000);

  /** How long servers are away that are needed for a swap to go on. */
  private static final long AWAY_MS = 500;

  @TempDir Path folder;
  private final ZooKeeperProvider provider = new ZooKeeperProvider();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private EmbeddedServer steady;
  private EmbeddedServer stops;
  private Link link;
  private int round;

  /** Which place stops; the step at which it does. */
  private String stopping;

  private String step;
  private boolean sent;
  private CompletableFuture<Void> away;

  @BeforeEach
  void start() throws Exception {
    steady = new EmbeddedServer(folder.resolve("steady"), 0);
    stops = new EmbeddedServer(folder.resolve("stops"), 0);
    link = new Link(stops.port());
  }

  @AfterEach
  void stop() throws Exception {
    try {
      endRound();
    } finally {
      link.close();
      stops.close();
      steady.close();
    }
  }

  private void endRound() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private CompletionStage<Coordinator> connect(String client, long epoch, String place) {
    String address = place.equals(stopping) ? link.address() : steady.address();
    Map<String, String> options =
        Map.of(
            "coordinator.zk.connect",
            address,
            "coordinator.zk.root",
            "/" + place + "-" + round,
            "coordinator.zk.request.ms",
            client.equals("swap") ? "1000" : "30000");
    return provider.open(client, epoch, new Options(options));
  }

  private Movable look(String place) throws Exception {
    Movable opened = (Movable) await(connect("looks", 9, place));
    open.push(opened);
    return opened;
  }

  private CoordinatorPlace place(String name) {
    return new CoordinatorPlace() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public CompletionStage<Coordinator> open(String client, long epoch) {
        CompletionStage<Coordinator> opened = connect(client, epoch, name);
        return client.equals("swap") ? opened.thenApply(at -> watched(at, name)) : opened;
      }
    };
  }

  /** A place as who works on the swap has it. */
  private Movable watched(Coordinator at, String name) {
    return (Movable)
        Proxy.newProxyInstance(
            OutageTest.class.getClassLoader(),
            new Class<?>[] {Movable.class},
            (proxy, method, arguments) -> {
              boolean now = (method.getName() + " at " + name).equals(step) && !away.isDone();
              if (now && !sent) {
                goAway();
              }
              Object answer = invoke(at, method, arguments);
              if (now && sent) {
                goAway();
              }
              return answer;
            });
  }

  private static Object invoke(Object on, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(on, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void goAway() {
    link.cut();
    stops.close();
    away.complete(null);
  }

  private void comeBack() throws Exception {
    stops = new EmbeddedServer(folder.resolve("stops"), 0);
    link.leadTo(stops.port());
    link.goOn();
  }

  private SwapMember member(SwapMember.Timing timing) throws Exception {
    Coordinator records = await(connect("n1", 1, "records"));
    LoopThread loop = new LoopThread("n1");
    SwapMember member = new SwapMember(records, "main", "n1", this::place, loop, timing);
    open.push(loop);
    open.push(records);
    open.push(member);
    return member.start();
  }

  private Coordinator use(SwapMember member, String client) throws Exception {
    Coordinator used = await(member.use(client));
    open.push(used);
    return used;
  }

  private static SwapRecord until(SwapMember member, Predicate<SwapRecord> isSo) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    SwapRecord last = await(member.last());
    while (!isSo.test(last)) {
      assertTrue(System.nanoTime() < deadline, "it hangs: " + last);
      TimeUnit.MILLISECONDS.sleep(10);
      last = await(member.last());
    }
    return last;
  }

  private static SwapRecord over(SwapMember member) throws Exception {
    return until(member, last -> last.phase().isOver() && last.left().isEmpty());
  }

  private void begin(String who, String at, boolean onItsWay) {
    round++;
    stopping = who;
    step = at;
    sent = onItsWay;
    away = new CompletableFuture<>();
  }

  /** All is at one place, which takes changes, and nothing at the other one. */
  private void assertAt(String serving, String empty) throws Exception {
    Movable at = look(serving);
    assertNotNull(await(at.get("n")));
    await(at.put("looked", Bytes.EMPTY));
    assertTrue(await(look(empty).inventory()).isEmpty(), "something is left at " + empty);
  }

  /** The target is away until the swap is given up, or nobody but the target can serve. */
  private void targetStops(String at, boolean onItsWay, boolean switched) throws Exception {
    begin("other", at, onItsWay);
    SwapMember one = member(HURRIED);
    Coordinator user = use(one, "user");
    SteadyUser load = new SteadyUser(use(one, "load"));
    await(one.swap("other", false, "ann"));
    until(one, r -> away.isDone() || r.phase().isOver());
    if (!away.isDone()) { // the machine stood still for so long that it was given up before
      load.check();
      endRound();
      targetStops(at, onItsWay, switched);
      return;
    }
    SwapRecord last = until(one, r -> r.phase().isOver() || r.phase().isSwitched());
    String name = at + (onItsWay ? ", on its way" : "") + ": " + last;
    try {
      if (switched) {
        assertEquals(SwapPhase.SWITCHED, last.phase());
      } else {
        assertEquals(SwapPhase.ABORTED, last.phase());
        assertFalse(last.why().isEmpty());
        await(user.put("alive", Bytes.utf8("1"))); // the source serves, whatever the target does
      }
      comeBack();
      over(one);
      load.check();
      assertAt(switched ? "other" : "main", switched ? "main" : "other");
    } catch (Exception | AssertionError e) {
      throw new AssertionError(name, e);
    }
    endRound();
  }

  @Test
  void whileTheTargetIsAwayTheSourceServes() throws Exception {
    targetStops("warm at other", false, false);
    targetStops("take at other", false, false);
    targetStops("take at other", true, false);
    targetStops("leave at main", false, true);
  }

  /** The source is away for a while: there is nobody else who has all until the target has. */
  private void sourceStops(String at, boolean onItsWay) throws Exception {
    begin("main", at, onItsWay);
    SwapMember one = member(PATIENT);
    SteadyUser load = new SteadyUser(use(one, "load"));
    await(one.swap("other", false, "ann"));
    await(away);
    TimeUnit.MILLISECONDS.sleep(AWAY_MS);
    comeBack();
    SwapRecord last = over(one);
    try {
      assertEquals(SwapPhase.RETIRED, last.phase());
      load.check();
      assertAt("other", "main");
    } catch (Exception | AssertionError e) {
      throw new AssertionError(at + (onItsWay ? ", on its way" : "") + ": " + last, e);
    }
    endRound();
  }

  @Test
  void aSwapGoesOnWhenTheSourceIsBack() throws Exception {
    sourceStops("seal at main", true);
    sourceStops("take at other", false);
    sourceStops("retire at main", true);
  }

  /** What has all serves when the source is gone for good, and the swap is over when it is back. */
  @Test
  void theTargetServesWithoutTheSource() throws Exception {
    begin("main", "leave at main", false);
    SwapMember one = member(PATIENT);
    SteadyUser load = new SteadyUser(use(one, "load"));
    Coordinator user = use(one, "user");
    await(one.swap("other", false, "ann"));
    await(away);
    await(user.put("alive", Bytes.utf8("1")));
    assertEquals("other", await(one.last()).serving());
    comeBack();
    assertEquals(SwapPhase.RETIRED, over(one).phase());
    load.check();
    assertAt("other", "main");
  }
}
