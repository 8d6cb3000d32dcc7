package org.quorate.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.failover.FailoverEvent;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverLimits;
import org.quorate.spi.failover.FailoverWork;
import org.quorate.spi.failover.ShardState;
import org.quorate.spi.failover.TakeoverHandler;
import org.quorate.spi.failover.WorkSpec;

/** What operations leave: events of shards that failed, and locks of records that nobody works on. */
class LeftBehindTest {
  private final World world = new World(11);

  @AfterEach
  void nothingIsLeftBehind() {
    assertTrue(world.empty(), world::toString);
  }

  private Registry registry(String node) {
    return world.node(node).registry;
  }

  private FailoverWork half(String node, String type, String table) {
    FailoverWork work = world.get(registry(node).begin(WorkSpec.of(type, "testdb", table)));
    world.get(work.addLock("testdb/" + table));
    world.get(work.setContent(Bytes.utf8("x")));
    world.get(work.setStatus("s1", ShardState.COMMITTED));
    world.get(work.setStatus("s2", ShardState.FAILED));
    world.get(work.setStatus("s3", ShardState.FAILED));
    return work;
  }

  private List<FailoverEvent> events(String type, int limit) {
    return world.get(registry("n1").events(type, limit));
  }

  private static List<Long> ids(List<FailoverEvent> events) {
    return events.stream().map(FailoverEvent::id).toList();
  }

  @Test
  void shardsThatFailedAreAnEventUntilTheyAreRepaired() {
    world.start("n1", "n2");
    FailoverWork work = half("n1", "ddl", "t1");
    assertEquals(List.of(), events(null, 16), "it goes on");
    world.get(work.complete());
    assertTrue(world.empty());
    FailoverEvent event = events(null, 16).get(0);
    assertEquals(work.id(), event.id());
    assertEquals("testdb t1 ddl n1", text(event));
    assertEquals(List.of("s2", "s3"), event.behind());
    long id = work.id();
    assertEquals(Code.NOT_FOUND, world.refused(registry("n2").repaired(id, "s1")));
    assertEquals(List.of("s3"), world.get(registry("n2").repaired(id, "s2")));
    assertEquals(Code.NOT_FOUND, world.refused(registry("n2").repaired(id, "s2")));
    assertEquals(List.of("s3"), events(null, 16).get(0).behind());
    assertEquals(List.of(), world.get(registry("n2").repaired(id, "s3")));
    assertEquals(List.of(), events(null, 16));
    assertEquals(Code.NOT_FOUND, world.refused(registry("n2").repaired(id, null)));
  }

  private static String text(FailoverEvent e) {
    return e.database() + " " + e.table() + " " + e.type() + " " + e.node().node();
  }

  @Test
  void whatFailedNowhereLeavesNoEvent() {
    world.start("n1");
    FailoverWork work = half("n1", "dml", "t1");
    world.get(work.setStatus("s2", ShardState.COMMITTED));
    world.get(work.setStatus("s3", ShardState.COMMITTED));
    world.get(work.complete());
    assertEquals(List.of(), events(null, 16));
  }

  @Test
  void eventsAreListedByTypeAndUpToALimit() {
    world.start("n1");
    List<FailoverWork> works =
        List.of(half("n1", "ddl", "t1"), half("n1", "dml", "t2"), half("n1", "ddl", "t3"));
    works.forEach(w -> world.get(w.complete()));
    assertEquals(List.of(0L, 1L, 2L), ids(events(null, FailoverLimits.EVENTS)));
    assertEquals(List.of(0L, 2L), ids(events("ddl", 16)));
    assertEquals(List.of(0L), ids(events("ddl", 1)));
    assertEquals(List.of(), events("move", 16));
    assertEquals(List.of(), world.get(registry("n1").repaired(1, null)), "all at once");
    assertEquals(List.of(0L, 2L), ids(events(null, 16)));
    for (int limit : List.of(0, FailoverLimits.EVENTS + 1)) {
      assertEquals(Code.INVALID, world.refused(registry("n1").events(null, limit)));
    }
  }

  /** One event of a newer version hides none of the others, and can be ended. */
  @Test
  void whatCannotBeReadIsListedBesideTheOthersAndEndsByForce() {
    world.start("n1");
    World.Asking ask = world.new Asking();
    Operators asked = ask.operators;
    long id = 7;
    String key = "fo-event/0000000007";
    FailoverWork work = half("n1", "ddl", "t1");
    world.get(work.complete());
    world.get(ask.coordinator.put("fo-event/what", world.garbage));
    world.get(ask.coordinator.put(key, world.garbage));
    Operators.ListedEvents all = world.get(asked.listEvents("ddl", 16));
    assertEquals(List.of(work.id()), ids(all.events()));
    assertEquals(Set.of("fo-event/what", key), all.unreadable().keySet());
    assertEquals(List.of(work.id()), ids(events(null, 16)));
    assertEquals(Code.BROKEN, world.refused(asked.repaired(id, null)));
    assertEquals(Code.BROKEN, world.refused(asked.event(id)));
    assertEquals(List.of(), world.get(asked.repaired(id, null, true)));
    assertEquals(Code.NOT_FOUND, world.refused(asked.repaired(id, null, true)));
    assertEquals(
        Set.of("fo-event/what"), world.get(asked.listEvents(null, 16)).unreadable().keySet());
    assertEquals(List.of(), world.get(asked.repaired(work.id(), null, true)));
  }

  /** Who takes over and ends what cannot be put right leaves the event; a lost answer does not matter. */
  @Test
  void aTakeoverLeavesTheEvent() {
    world.start("n1", "n2");
    registry("n1").add(gives("ddl"));
    FailoverWork work = half("n2", "ddl", "t1");
    world.node("n2").kill();
    world.until("not finished", 20_000, world::empty);
    assertEquals("testdb t1 ddl n1", text(events(null, 16).get(0)));
    FailoverWork own = half("n1", "dml", "t2");
    world.node("n1").losesAnswer = true;
    world.get(own.complete());
    assertEquals(List.of(work.id(), own.id()), ids(events(null, 16)));
  }

  private static TakeoverHandler gives(String type) {
    return new TakeoverHandler() {
      @Override
      public String type() {
        return type;
      }

      @Override
      public CompletionStage<Void> takeOver(FailoverWork work) {
        return work.setStatus("s2", ShardState.FAILED);
      }
    };
  }

  @Test
  void aLockIsTakenOnlyFromARecordThatNobodyWorksOn() {
    world.start("n1", "n2");
    final Operators asked = world.new Asking().operators;
    FailoverWork work = world.get(registry("n2").begin(WorkSpec.of("move", "testdb", "t1")));
    world.get(work.addLock("testdb/t1"));
    world.get(work.addLock("testdb/t2"));
    assertEquals("[testdb/t1 of 0, testdb/t2 of 0]", locks(asked));
    assertEquals(Code.IN_USE, world.refused(asked.unlock(work.id(), "testdb/t1")));
    world.node("n2").kill();
    world.run(10_000);
    assertEquals("[testdb/t1 of 0 orphan, testdb/t2 of 0 orphan]", locks(asked));
    assertEquals(Code.NOT_FOUND, world.refused(asked.unlock(work.id(), "testdb/t3")));
    assertEquals(Code.NOT_FOUND, world.refused(asked.unlock(work.id() + 1, "testdb/t1")));
    world.get(asked.unlock(work.id(), "testdb/t1"));
    assertEquals("[testdb/t2 of 0 orphan]", locks(asked));
    FailoverWork next = world.get(registry("n1").begin(WorkSpec.of("ddl", "testdb", "t1")));
    world.get(next.addLock("testdb/t1"));
    assertEquals(Code.LOCKED, world.refused(next.addLock("testdb/t2")));
    world.get(asked.delete(work.id(), false));
    assertEquals("[testdb/t1 of 1]", locks(asked));
    world.get(next.complete());
  }

  private String locks(Operators asked) {
    return world.get(asked.locks()).stream()
        .map(l -> l.name() + " of " + l.holder().id() + (l.orphan() ? " orphan" : ""))
        .toList()
        .toString();
  }
}
