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
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Phase;
import org.quorate.spi.failover.FailoverRecord.Takeover;
import org.quorate.spi.failover.FailoverWork;
import org.quorate.spi.failover.RegisteredNode;
import org.quorate.spi.failover.ShardState;
import org.quorate.spi.failover.TakeoverHandler;
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

  private static TakeoverHandler handler(
      String type, Function<FailoverWork, CompletionStage<Void>> does) {
    return new TakeoverHandler() {
      @Override
      public String type() {
        return type;
      }

      @Override
      public CompletionStage<Void> takeOver(FailoverWork work) {
        return does.apply(work);
      }
    };
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
              handler(
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
      n2.registry.add(handler("move", w -> well()));
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
    n2.registry.add(handler("move", w -> well()));
    world.run(10);
    n2.registry.add(handler("copy", w -> well()));
    world.until("not arrived", 20_000, () -> n2.arrived);
    world.run(5000);
    assertTrue(types("n2").containsAll(Set.of("move", "copy")), () -> types("n2").toString());
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
