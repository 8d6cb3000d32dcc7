package org.quorate.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.failover.ClusterMode;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Phase;
import org.quorate.spi.failover.FailoverRecord.Takeover;
import org.quorate.spi.failover.FailoverWork;
import org.quorate.spi.failover.RegisteredNode;
import org.quorate.spi.failover.ShardState;
import org.quorate.spi.failover.WorkSpec;

/** What products and foreign writers do wrong: nobody else is affected, and nothing is left behind. */
class BadInputTest {
  private World world = new World(23);

  @AfterEach
  void nothingIsLeftBehind() {
    assertTrue(world.empty(), world::toString);
  }

  private Registry registry(String node) {
    return world.node(node).registry;
  }

  private FailoverWork begin(String node, String type, String table) {
    FailoverWork work = world.get(registry(node).begin(WorkSpec.of(type, "testdb", table)));
    world.get(work.addLock("testdb/" + table));
    world.get(work.setContent(Bytes.utf8("x")));
    return work;
  }

  private static CompletionStage<Void> well() {
    return CompletableFuture.completedStage(null);
  }

  private List<String> types(String node) {
    return world.get(registry("n1").nodes()).stream()
        .filter(n -> n.name().equals(node))
        .map(RegisteredNode::types)
        .findFirst()
        .orElse(List.of());
  }

  // ---- records at their limit -------------------------------------------------------------------

  /** As large as its owner may make it, to the byte. */
  private FailoverWork full(String node, String table) {
    FailoverWork work = begin(node, "move", table);
    for (int length : new int[] {256, 16, 4}) {
      for (int i = 0; ; i++) {
        String digits = "" + (10_000 + i);
        String shard = (digits + "s".repeat(length)).substring(digits.length() - 4);
        CompletionStage<Void> set = work.setStatus(shard.substring(0, length), ShardState.SENT);
        world.until("no answer", 60_000, () -> set.toCompletableFuture().isDone());
        if (set.toCompletableFuture().isCompletedExceptionally()) {
          assertEquals(Code.TOO_LARGE, world.refused(set));
          break;
        }
      }
    }
    return work;
  }

  @Test
  void aRecordAtItsLimitIsTakenOver() {
    world.start("n1", "n2", "n3");
    List<String> calls = new ArrayList<>();
    for (String n : List.of("n1", "n2")) {
      registry(n)
          .add(
              Product.handler(
                  "move",
                  w -> {
                    calls.add(n + " " + w.token());
                    if (w.token() == 1) {
                      return CompletableFuture.failedStage(
                          new IllegalStateException("ä".repeat(1000)));
                    }
                    return w.setStatus(
                        w.record().status().keySet().iterator().next(), ShardState.COMMITTED);
                  }));
    }
    FailoverWork work = full("n3", "t1");
    FailoverWork left = full("n3", "t2");
    world.get(left.abandon("ä".repeat(1000)));
    final FailoverWork other = begin("n3", "move", "t3");
    world.get(other.setStatus("s1", ShardState.SENT));
    world.node("n3").kill();
    world.until("not finished", 30_000, world::empty);
    assertEquals(6, calls.size(), calls::toString);
    for (FailoverWork w : List.of(work, left, other)) {
      assertEquals(2, world.numbers.get(w.id()));
    }
  }

  // ---- handlers that come while the node registers ----------------------------------------------

  @Test
  void aHandlerThatComesWhileTheNodeRegistersIsKnown() {
    for (int step = 1; step < 12; step++) {
      world = new World(100 + step);
      world.start("n1");
      world.node("n2").able = false;
      World.Node n2 = world.node("n2").start();
      int now = step;
      world.until("no step " + step, 5000, () -> n2.steps >= now);
      n2.registry.add(Product.handler("move", w -> well()));
      world.run(5000);
      assertEquals(List.of("move"), types("n2"), "added at step " + step);
    }
  }

  /** What a node says of itself is on its way for long: it does not hide what it has said since. */
  @Test
  void aLateAnnouncementDoesNotHideALaterOne() {
    world.start("n1", "n2");
    World.Node n2 = world.node("n2");
    n2.stalls = t -> t.then().stream().anyMatch(o -> o instanceof Op.SetValue);
    n2.registry.add(Product.handler("move", w -> well()));
    world.run(10);
    n2.registry.add(Product.handler("copy", w -> well()));
    world.until("not arrived", 20_000, () -> n2.arrived);
    world.run(5000);
    assertTrue(types("n2").containsAll(Set.of("move", "copy")), () -> types("n2").toString());
  }

  // ---- handlers that do what they should not ----------------------------------------------------

  /** Each way to fail is a failure of the takeover, after which another goes on. */
  @Test
  void whateverAHandlerDoesItsRecordIsFinished() {
    List<Function<FailoverWork, CompletionStage<Void>>> ways =
        List.of(
            w -> {
              throw new AssertionError("not so");
            },
            BadInputTest::deep,
            w -> {
              throw new NoClassDefFoundError("gone");
            },
            w -> null,
            w -> CompletableFuture.failedStage(new AssertionError("later")),
            w -> {
              throw sneaky(new java.io.IOException("checked"));
            });
    for (Function<FailoverWork, CompletionStage<Void>> way : ways) {
      world = new World(31);
      world.start("n1", "n2");
      int[] calls = new int[1];
      registry("n1").add(Product.handler("move", w -> ++calls[0] == 1 ? way.apply(w) : well()));
      FailoverWork work = begin("n2", "move", "t1");
      world.node("n2").kill();
      world.until("not finished", 20_000, world::empty);
      assertEquals(2, calls[0]);
      assertEquals(2, world.numbers.get(work.id()));
    }
  }

  private static CompletionStage<Void> deep(FailoverWork work) {
    return deep(work).thenApply(v -> v);
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException sneaky(Throwable e) throws E {
    throw (E) e;
  }

  /** Of two answers the first counts. */
  @Test
  void aHandlerThatAnswersTwiceIsHeardOnce() {
    for (boolean wellFirst : List.of(true, false)) {
      world = new World(32);
      world.start("n1", "n2");
      int[] calls = new int[1];
      registry("n1")
          .add(Product.handler("move", w -> ++calls[0] == 1 ? new Twice(wellFirst) : well()));
      FailoverWork work = begin("n2", "move", "t1");
      world.node("n2").kill();
      world.until("not finished", 20_000, world::empty);
      world.run(20_000);
      assertEquals(wellFirst ? 1 : 2, calls[0]);
      assertEquals(calls[0], (long) world.numbers.get(work.id()));
    }
  }

  /** A stage that tells whom it concerns twice. */
  private static final class Twice extends CompletableFuture<Void> {
    private final boolean wellFirst;

    Twice(boolean wellFirst) {
      this.wellFirst = wellFirst;
    }

    @Override
    public CompletableFuture<Void> whenComplete(BiConsumer<? super Void, ? super Throwable> told) {
      Throwable problem = new IllegalStateException("and not");
      told.accept(null, wellFirst ? null : problem);
      told.accept(null, wellFirst ? problem : null);
      return this;
    }
  }

  @Test
  void workersThatRefuseATakeoverGiveItBack() {
    world.start("n1", "n2", "n3");
    world.node("n1").refuses = true;
    FailoverWork work = begin("n3", "ddl", "t1");
    world.node("n3").kill();
    world.until("not finished", 20_000, world::empty);
    assertEquals(1, world.node("n2").handled);
    assertEquals(2, world.numbers.get(work.id()));
  }

  /** A poison that hangs: its node lives, and its places are needed by others. */
  @Test
  void whatHangsIsGivenToAnotherAndParkedInTheEnd() {
    world.start("n1", "n2", "n3");
    List<FailoverWork> hung = new ArrayList<>();
    for (String n : List.of("n1", "n2")) {
      registry(n)
          .add(
              Product.handler(
                  "move",
                  w -> {
                    hung.add(w);
                    return new CompletableFuture<>();
                  }));
    }
    int poisons = 2 * World.SETTINGS.parallel();
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < poisons; i++) {
      ids.add(begin("n3", "move", "t" + i).id());
    }
    final FailoverWork other = begin("n3", "ddl", "u1");
    world.node("n3").kill();
    long idle = World.SETTINGS.idleMs();
    world.until("all hang", 30_000, () -> hung.size() == poisons);
    world.run(idle / 2);
    assertEquals(0, (long) world.numbers.get(other.id()), "every place is taken");
    world.until("the other is finished", idle, () -> world.kept(other.id()) == null);
    world.until("all are parked", 12 * idle, () -> parked(ids));
    int max = World.SETTINGS.max();
    assertEquals(poisons * max, hung.size());
    ids.forEach(id -> assertEquals(max, (long) world.numbers.get(id)));
    for (FailoverWork w : hung) {
      boolean last = w.token() == max;
      assertEquals(Code.FENCED, world.refused(w.setStatus("s1", ShardState.SENT)));
      assertTrue(last || w.fenced().toCompletableFuture().isDone(), "token " + w.token());
    }
    ids.forEach(id -> world.get(registry("n1").deleteForce(id, false)));
  }

  private boolean parked(List<Long> ids) {
    return ids.stream().allMatch(id -> world.phases.get(id) == Phase.PARKED);
  }

  /** Who notes how far it is may take as long as it needs. */
  @Test
  void whatNotesItsProgressDoesNotHang() {
    world.start("n1", "n2");
    World.Node n1 = world.node("n1");
    n1.registry.add(Product.handler("move", w -> slowly(n1, w, 5)));
    FailoverWork work = begin("n2", "move", "t1");
    world.node("n2").kill();
    world.until("not finished", 5 * World.SETTINGS.idleMs(), world::empty);
    assertEquals(1, world.numbers.get(work.id()));
  }

  private CompletionStage<Void> slowly(World.Node node, FailoverWork work, int rounds) {
    if (rounds == 0) {
      return well();
    }
    CompletableFuture<Void> rested = new CompletableFuture<>();
    node.after(World.SETTINGS.idleMs() * 2 / 3, () -> rested.complete(null));
    return rested
        .thenCompose(ok -> work.setStatus("s1", ShardState.SENT))
        .thenCompose(ok -> slowly(node, work, rounds - 1));
  }

  // ---- who begins and does not wait
  // --------------------------------------------------------------

  /** A caller that has given up works on nothing: nothing stays in its name. */
  @Test
  void whatIsGivenUpWhileItIsBegunIsRemoved() {
    world.start("n1", "n2");
    CompletableFuture<FailoverWork> begun =
        registry("n1").begin(WorkSpec.of("ddl", "testdb", "t1")).toCompletableFuture();
    world.until("not recorded", 5000, () -> !world.empty());
    assertFalse(begun.isDone());
    begun.completeExceptionally(new TimeoutException());
    world.until("not removed", 5000, world::empty);
    assertEquals(0, world.numbers.get(0L), "nobody had to take it over");
  }

  @Test
  void whatIsGivenUpWhileItWaitsIsNotBegun() {
    world.start("n1", "n2");
    world.get(registry("n2").switchMode(ClusterMode.READONLY));
    CompletableFuture<FailoverWork> begun =
        registry("n1")
            .begin(WorkSpec.of("ddl", "testdb", "t1").waiting(60_000))
            .toCompletableFuture();
    world.run(5000);
    begun.cancel(false);
    world.get(registry("n2").switchMode(ClusterMode.NORMAL));
    world.run(10_000);
    assertTrue(world.numbers.isEmpty(), world::toString);
  }

  @Test
  void whatIsNullIsRefusedAndTheWorkGoesOn() {
    world.start("n1", "n2");
    assertEquals(Code.INVALID, world.refused(registry("n1").begin(null)));
    assertEquals(Code.INVALID, world.refused(registry("n1").switchMode(null)));
    assertEquals(ClusterMode.NORMAL, world.get(registry("n1").mode()));
    FailoverWork work = begin("n1", "ddl", "t1");
    FailoverWork moves = begin("n1", "rebalance", "t2");
    List<CompletionStage<Void>> refused =
        List.of(
            work.addLock(null),
            work.setContent(null),
            work.setStatus("s1", null),
            work.setStatus(null, ShardState.SENT),
            moves.setRebalance(null),
            moves.setSlice(null));
    refused.forEach(stage -> assertEquals(Code.INVALID, world.refused(stage)));
    world.get(work.setStatus("s1", ShardState.SENT));
    world.get(work.complete());
    world.get(moves.complete());
  }

  @Test
  void whoseRecordIsDeletedIsToldUnasked() {
    world.start("n1", "n2", "n3");
    List<FailoverWork> taken = new ArrayList<>();
    registry("n1")
        .add(
            Product.handler(
                "move",
                w -> {
                  taken.add(w);
                  return new CompletableFuture<>();
                }));
    FailoverWork own = begin("n2", "ddl", "t1");
    final FailoverWork left = begin("n3", "move", "t2");
    world.node("n3").kill();
    world.until("not taken over", 20_000, () -> !taken.isEmpty());
    world.get(registry("n1").deleteForce(own.id(), true));
    world.get(registry("n2").deleteForce(left.id(), true));
    for (FailoverWork w : List.of(own, taken.get(0))) {
      CompletableFuture<String> fenced = w.fenced().toCompletableFuture();
      world.until("not told", 1000, fenced::isDone);
      assertEquals("it was finished or deleted by others", fenced.join());
    }
  }

  // ---- the end of a process
  // ----------------------------------------------------------------------

  /** Whoever waits is told, whenever the service of the bundle stops. */
  @Test
  void aServiceThatStopsLeavesNobodyWaiting() {
    for (boolean quorum : List.of(true, false)) {
      for (int us = 0; us < 12_000; us += 500) {
        stops(us, quorum);
      }
    }
  }

  private void stops(int us, boolean quorum) {
    world = new World(us);
    world.start("n1", "n2");
    World.Node n2 = world.node("n2");
    FailoverWork work = begin("n2", "ddl", "t1");
    List<CompletionStage<?>> stages = new ArrayList<>();
    stages.add(n2.registry.begin(WorkSpec.of("ddl", "testdb", "t2")));
    stages.add(work.setStatus("s1", ShardState.SENT));
    stages.add(work.content());
    long end = world.queue.nowUs() + us;
    boolean[] now = new boolean[1];
    world.queue.at(end, () -> now[0] = true);
    world.until("time stands still", 1000, () -> now[0]);
    world.servers.quorum = quorum;
    n2.stop();
    Supplier<List<CompletionStage<?>>> more =
        () ->
            List.of(
                n2.registry.begin(WorkSpec.of("ddl", "testdb", "t3")),
                work.setStatus("s2", ShardState.SENT),
                work.complete(),
                work.content());
    stages.addAll(more.get());
    world.until("the loop goes on", World.SETTINGS.leaseMs() + 100, () -> n2.over);
    List<CompletionStage<?>> late = more.get();
    stages.addAll(late);
    for (CompletionStage<?> stage : stages) {
      world.until("somebody waits", 100, () -> stage.toCompletableFuture().isDone());
    }
    assertEquals(
        List.of(Code.CLOSED, Code.FENCED, Code.FENCED, Code.CLOSED),
        late.stream().map(world::refused).toList());
    world.servers.quorum = true;
    world.until("not finished", 30_000, world::empty);
  }

  // ---- what cannot be read ----------------------------------------------------------------------

  @Test
  void whatCannotBeReadIsShownAndGoesByForceWithItsLocks() {
    world.start("n1", "n2");
    final World.Asking ask = world.new Asking();
    FailoverWork work = begin("n2", "ddl", "t1");
    final FailoverWork other = begin("n2", "ddl", "t2");
    String key = "fo/rec/0000000000";
    world.get(ask.coordinator.put(key, world.garbage));
    Operators.Listed listed = world.get(ask.operators.list());
    assertEquals(1, listed.records().size());
    assertEquals(Set.of(key), listed.unreadable().keySet());
    String text = FailoverText.list(listed, ZoneOffset.UTC);
    assertTrue(text.contains("| 1 ") && text.contains(key + ": record 0 cannot be read"), text);
    assertEquals(Code.BROKEN, world.refused(ask.operators.detail(0)));
    assertEquals(Code.BROKEN, world.refused(ask.operators.delete(0, false)));
    assertEquals(Code.BROKEN, world.refused(work.setStatus("s1", ShardState.SENT)));
    world.get(ask.operators.delete(0, true));
    assertEquals(Code.FENCED, world.refused(work.setStatus("s1", ShardState.SENT)));
    listed = world.get(ask.operators.list());
    assertTrue(listed.unreadable().isEmpty());
    assertEquals(1, listed.records().size());
    world.get(begin("n1", "ddl", "t1").complete());
    world.get(other.complete());
    assertFalse(world.servers.keys.containsKey("fo-content/0"));
  }

  @Test
  void onlyWhatCannotBeReadIsNoEmptyRegistry() {
    world.start("n1");
    final World.Asking ask = world.new Asking();
    world.get(ask.coordinator.put("fo/rec/0000000007", world.garbage));
    String text = FailoverText.list(world.get(ask.operators.list()), ZoneOffset.UTC);
    assertTrue(text.startsWith("fo/rec/0000000007: record 7 cannot be read"), text);
    world.get(ask.operators.delete(7, true));
  }

  /** What something else has written in a node's place has no session whose end removes it. */
  @Test
  void aForeignKeyInANodesPlaceGivesWay() {
    world.start("n1");
    final World.Asking ask = world.new Asking();
    world.get(ask.coordinator.put("fo/node/n2", Bytes.utf8("garbage")));
    world.start("n2");
    world.run(1000);
    assertEquals(2, world.get(registry("n1").nodes()).size());
    world.get(begin("n2", "ddl", "t1").complete());
  }

  /** One that is as large as a value can be is left alone, and stops nobody. */
  @Test
  void aForeignRecordOverTheLimitStopsNobody() {
    world.start("n1", "n2");
    final World.Asking ask = world.new Asking();
    FailoverWork work = begin("n2", "ddl", "t1");
    FailoverRecord small = work.record().withTakeover(waiting(10_000));
    int spare = CoordinationLimits.VALUE_BYTES - RecordCodec.record(small, 1).length();
    FailoverRecord large = small.withTakeover(waiting(10_000 + spare - 1));
    world.garbage = RecordCodec.record(large, 1);
    world.get(ask.coordinator.put("fo/rec/0000000009", world.garbage));
    world.node("n2").kill();
    world.until("not finished", 20_000, () -> world.kept(work.id()) == null);
    assertEquals(1, world.numbers.get(work.id()));
    assertEquals(1, world.get(ask.operators.list()).unreadable().size());
    world.get(ask.operators.delete(9, true));
  }

  private static Takeover waiting(int why) {
    return new Takeover(null, 0, Phase.WAITING, 0, 0, "w".repeat(why));
  }
}
