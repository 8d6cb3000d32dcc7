package org.quorate.coordinator.zk.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;

/** What entries mean, whoever reads them and however often they come. */
class MachineTest {
  private final Machine machine = new Machine();
  private final List<byte[]> log = new ArrayList<>();
  private long number;

  private Applied apply(Entry entry) {
    log.add(Wire.encode(entry));
    return machine.apply(Wire.decode(log.get(log.size() - 1)), log.size() * 10L, 100);
  }

  private Applied apply(Command command) {
    return apply(new Entry(7, ++number, number - 1, 1_000, command));
  }

  private static Command put(String key, String value) {
    return new Command.Transact(Transaction.of(new Op.Put(key, Bytes.utf8(value))));
  }

  @Test
  void anEntryThatComesTwiceCountsOnce() {
    Entry entry = new Entry(7, 5, 3, 0, put("a", "1"));
    assertFalse(apply(entry).repeated());
    assertTrue(apply(entry).repeated());
    assertEquals(1, machine.keys().get("a").version());
    assertFalse(apply(new Entry(7, 4, 3, 0, put("b", "1"))).repeated(), "a gap is filled late");
    assertFalse(apply(new Entry(8, 5, 3, 0, put("c", "1"))).repeated(), "of another writer");
  }

  @Test
  void anEntryThatItsWriterHasGivenUpHasNoEffect() {
    apply(new Entry(7, 9, 8, 0, put("a", "later")));
    assertTrue(apply(new Entry(7, 6, 2, 0, put("a", "late"))).repeated());
    assertEquals("later", machine.keys().get("a").value().utf8());
  }

  @Test
  void aKeepAliveThatCameFirstSavesItsSession() {
    long id = (Long) apply(open("s", SessionSpec.OnEnd.DELETE)).result();
    long seen = machine.sessions().find(id).renewed();
    apply(new Command.KeepAlive(List.of(id)));
    assertEquals(false, apply(new Command.EndSession(id, seen)).result());
    long now = machine.sessions().find(id).renewed();
    assertEquals(true, apply(new Command.EndSession(id, now)).result());
    assertNull(machine.sessions().find(id));
  }

  private static Command open(String name, SessionSpec.OnEnd onEnd) {
    return new Command.OpenSession(
        new SessionSpec(name, 5_000, onEnd, true), "client", Bytes.utf8("proof"));
  }

  @Test
  void aSnapshotIsTheSameMachine() {
    Random random = new Random(5);
    for (int i = 0; i < 2_000; i++) {
      apply(anything(random));
    }
    Machine copy = Machine.restore(machine.store());
    assertArrayEquals(machine.store(), copy.store());
    for (int i = 0; i < 500; i++) {
      Applied one = apply(anything(random));
      Applied two = copy.apply(Wire.decode(log.get(log.size() - 1)), log.size() * 10L, 100);
      assertEquals(text(one.result()), text(two.result()));
      assertEquals(one.events(), two.events());
      assertEquals(one.granted(), two.granted());
      assertEquals(one.gone(), two.gone());
    }
    assertArrayEquals(machine.store(), copy.store());
    Machine anew = new Machine();
    for (int i = 0; i < log.size(); i++) {
      anew.apply(Wire.decode(log.get(i)), (i + 1) * 10L, 100);
    }
    assertArrayEquals(machine.store(), anew.store());
  }

  private static String text(Object result) {
    return result instanceof CoordinationException e ? e.code() + e.getMessage() : "" + result;
  }

  private Command anything(Random random) {
    long[] open = machine.sessions().all().stream().mapToLong(Sessions.Session::id).toArray();
    long session = open.length == 0 ? 1 : open[random.nextInt(open.length)];
    String key = "k/" + random.nextInt(9);
    String lock = "l" + random.nextInt(3);
    var holder = machine.locks().info(lock).holder();
    FencingToken token = holder == null ? new FencingToken(1, 1) : holder.token();
    return switch (random.nextInt(12)) {
      case 0 -> open("s" + random.nextInt(), SessionSpec.OnEnd.RELEASE);
      case 1 -> open("s" + random.nextInt(), SessionSpec.OnEnd.DELETE);
      case 2 -> new Command.EndSession(session, 0);
      case 3 -> new Command.KeepAlive(List.of(session));
      case 4, 5 -> new Command.Lock(session, LockSpec.queued(lock, "p", 5), 1);
      case 6 -> new Command.Unlock(lock, token);
      case 7 -> new Command.ForceRelease(lock, token, "by", "reason");
      case 8 ->
          new Command.Transact(
              new Transaction(
                  List.of(new Condition.Held(lock, token)),
                  List.of(new Op.PutSequential("q/n-", Bytes.utf8("x"), 0))));
      case 9 ->
          new Command.Transact(
              new Transaction(
                  List.of(new Condition.Absent("k/1"), new Condition.TreeNotPutSince("k", 50)),
                  List.of(new Op.DeleteTree("k"), new Op.SetValue("q", Bytes.EMPTY))));
      case 10 -> new Command.Transact(Transaction.of(new Op.DeleteTree("k")));
      default -> new Command.Transact(Transaction.of(new Op.Put(key, Bytes.utf8(key), session)));
    };
  }

  @Test
  void whatIsNoEntryIsBroken() {
    byte[] good = Wire.encode(new Entry(1, 1, 0, 0, put("a", "1")));
    for (int size = 0; size < good.length; size++) {
      byte[] cut = java.util.Arrays.copyOf(good, size);
      assertEquals(
          Code.BROKEN,
          assertThrows(CoordinationException.class, () -> Wire.decode(cut)).code(),
          "cut at " + size);
    }
    byte[] foreign = good.clone();
    foreign[0] = 9;
    assertThrows(CoordinationException.class, () -> Wire.decode(foreign));
    byte[] longer = java.util.Arrays.copyOf(good, good.length + 1);
    assertThrows(CoordinationException.class, () -> Wire.decode(longer));
  }

  @Test
  void aTreeTooLargeIsLeftAlone() {
    for (int i = 0; i < 20_001; i++) {
      apply(put("t/" + i, ""));
    }
    Applied refused = apply(new Command.Transact(Transaction.of(new Op.DeleteTree("t"))));
    assertEquals(
        Code.TOO_LARGE, assertInstanceOf(CoordinationException.class, refused.result()).code());
    assertEquals(20_001, machine.keys().in(org.quorate.spi.coordination.Scope.tree("t")).size());
    apply(new Command.Transact(Transaction.of(new Op.Delete("t/0"))));
    apply(new Command.Transact(Transaction.of(new Op.DeleteTree("t"))));
    assertTrue(machine.keys().in(org.quorate.spi.coordination.Scope.tree("t")).isEmpty());
  }

  @Test
  void keysAreOrderedAsTheirBytes() {
    List<String> keys = List.of("a", "a-b", "a/b", "a0", "é", "\uffee", "\ud83d\ude00", "b");
    List<String> ordered = new ArrayList<>(keys);
    ordered.sort(KeyOrder.UTF8);
    List<String> expected = new ArrayList<>(keys);
    expected.sort(Comparator.comparing(Bytes::utf8));
    assertEquals(expected, ordered);
  }

  @Test
  void whatIsTakenInIsAllOrNothing() {
    Machine source = new Machine();
    source.apply(new Entry(1, 1, 0, 0, open("s", SessionSpec.OnEnd.DELETE)), 1_000_000, 100);
    source.apply(new Entry(1, 2, 0, 0, put("a", "1")), 1_000_001, 100);
    Inventory all = source.inventory();
    apply(new Command.TakeBegin(all.start(), 1));
    assertTrue(machine.revision() >= all.start(), "behind all that there was");
    apply(new Command.TakePart(all, 1));
    for (Command other : List.of(put("b", "1"), open("t", SessionSpec.OnEnd.DELETE))) {
      assertEquals(Code.UNAVAILABLE, refusal(apply(other)));
    }
    Machine copy = Machine.restore(machine.store());
    assertArrayEquals(machine.store(), copy.store());
    assertEquals(
        Code.UNAVAILABLE,
        refusal(copy.apply(new Entry(9, 1, 0, 0, put("b", "1")), 500, 100)),
        "a snapshot in the middle");

    // Who takes it in died: the next one goes on, and nobody else does.
    apply(new Command.TakeBegin(all.start(), 2));
    assertEquals(all.keys(), machine.inventory().keys());
    assertEquals(Code.INVALID, refusal(apply(new Command.TakePart(all, 1))));
    assertEquals(Code.INVALID, refusal(apply(new Command.TakeEnd(all.revision(), 1))));
    apply(
        new Command.TakeDrop(
            new Command.Dropped(List.of("a"), List.of(), List.of(1_000_000L), List.of(), false),
            2));
    assertTrue(machine.inventory().isEmpty());
    apply(new Command.TakePart(all, 2));
    Applied last = apply(new Command.TakeEnd(all.revision(), 2));
    assertEquals(List.of(1_000_000L), last.renewed());
    assertEquals(all.revision(), last.since());
    assertEquals(all.keys(), machine.inventory().keys());
    assertEquals(Code.INVALID, refusal(apply(new Command.TakePart(all, 2))));
    assertEquals(Code.INVALID, refusal(apply(new Command.TakeEnd(all.revision(), 2))));
    assertEquals(Code.INVALID, refusal(apply(new Command.TakeBegin(5, 2))), "it is in use");
    long before = machine.revision();
    apply(new Command.Retire("moved"));
    assertTrue(machine.inventory().isEmpty());
    assertTrue(machine.revision() > before);
    assertArrayEquals(machine.store(), Machine.restore(machine.store()).store());
  }

  private static Code refusal(Applied applied) {
    return assertInstanceOf(CoordinationException.class, applied.result()).code();
  }
}
