package org.quorate.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvError;
import org.quorate.api.kv.KvLimits;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.state.QueryException;

/** What is refused is answered, not thrown, and changes nothing. */
class KvRefusalTest {
  private static final Bytes KEY = Bytes.utf8("key");
  private static final KeyRange ALL = new KeyRange(Bytes.EMPTY, null);

  private final KvStateMachine machine =
      new KvStateMachine(new KvLimits(10, 20, 8, 5, 4, 60, 1000, 10_000));
  private final MapContext context = new MapContext(machine);

  private void assertRefused(KvError error, KvCommand command) {
    Map<Bytes, Bytes> before = new TreeMap<>(context.state);
    KvResult.Failed failed = (KvResult.Failed) context.apply(command);
    assertEquals(error, failed.error(), failed.message());
    assertEquals(before, context.state);
    assertTrue(context.wrote.isEmpty());
  }

  private static KvCommand txn(KvCommand... commands) {
    return new KvCommand.Txn(List.of(), List.of(commands), List.of());
  }

  @Test
  void sizes() {
    Bytes eleven = Bytes.wrap(new byte[11]);
    assertRefused(KvError.EMPTY_KEY, KvCommand.put(Bytes.EMPTY, KEY));
    assertRefused(KvError.EMPTY_KEY, new KvCommand.Add(Bytes.EMPTY, 1));
    assertRefused(KvError.TOO_LARGE, KvCommand.put(eleven, KEY));
    assertRefused(KvError.TOO_LARGE, KvCommand.put(KEY, Bytes.wrap(new byte[21])));
    KvCommand append = new KvCommand.Append(KEY, eleven);
    assertEquals(11, ((KvResult.Appended) context.apply(append)).length());
    assertRefused(KvError.TOO_LARGE, append);
    assertRefused(KvError.TOO_LARGE, txn(KvCommand.put(KEY, KEY), append, append));
  }

  @Test
  void aTransactionIsDoneWholeOrNotAtAll() {
    context.apply(KvCommand.put(KEY, Bytes.utf8("text")));
    KvCommand.Put other = KvCommand.put(Bytes.utf8("other"), KEY);
    assertRefused(KvError.NOT_A_NUMBER, txn(other, new KvCommand.Add(KEY, 1)));
    assertRefused(KvError.UNKNOWN_LEASE, txn(other, new KvCommand.Put(KEY, KEY, 9, false)));
    KvResult.Failed failed =
        (KvResult.Failed) context.apply(txn(other, txn(other, new KvCommand.Add(KEY, 1))));
    assertTrue(failed.message().startsWith("then 2: then 2: "), failed.message());
  }

  @Test
  void whatIsNotADecimalNumberOf64BitsIsNotAddedTo() {
    for (String text : List.of("", "-", "+1", " 1", "1.0", "9223372036854775808", "٣")) {
      context.apply(KvCommand.put(KEY, Bytes.utf8(text)));
      assertRefused(KvError.NOT_A_NUMBER, new KvCommand.Add(KEY, 1));
    }
    context.apply(KvCommand.put(KEY, Bytes.utf8("-9223372036854775808")));
    assertRefused(KvError.OVERFLOW, new KvCommand.Add(KEY, -1));
    assertEquals(
        Long.MIN_VALUE + 1, ((KvResult.Added) context.apply(new KvCommand.Add(KEY, 1))).newValue());
  }

  @Test
  void oneCommandWalksOverSoManyKeys() {
    for (int i = 0; i < 6; i++) {
      context.apply(KvCommand.put(Bytes.utf8("k" + i), Bytes.utf8("0123456789a")));
    }
    assertRefused(KvError.TOO_LARGE, new KvCommand.Delete(ALL, false));
    KvQuery.Range count = new KvQuery.Range(ALL, 0, 0, false, false, true);
    assertRefused(KvError.TOO_LARGE, new KvCommand.Read(count));
    Compare compare = new Compare(ALL, Compare.Target.MOD, Compare.Op.GREATER, Bytes.ofLong(0));
    assertRefused(KvError.TOO_LARGE, new KvCommand.Txn(List.of(compare), List.of(), List.of()));
    KeyRange five = new KeyRange(Bytes.utf8("k1"), null);
    assertRefused(KvError.TOO_LARGE, txn(new KvCommand.Delete(five, true)));
    KvResult.Deleted done = (KvResult.Deleted) context.apply(new KvCommand.Delete(five, false));
    assertEquals(5, done.count());
    assertEquals(1, ((KvResult.RangeDone) context.query(count)).count());
  }

  @Test
  void answersEndAtTheirLimit() {
    for (int i = 0; i < 6; i++) {
      context.apply(KvCommand.put(Bytes.utf8("k" + i), Bytes.EMPTY));
    }
    KvQuery.Range range = new KvQuery.Range(ALL, 0, 0, false, false, false);
    KvResult.RangeDone page = (KvResult.RangeDone) context.query(range);
    assertEquals(1, page.entries().size(), "34 bytes an entry, 60 allowed");
    assertTrue(page.more());
    int pages = 1;
    while (page.more()) {
      range = range.after(page);
      page = (KvResult.RangeDone) context.query(range);
      pages++;
      context.apply(KvCommand.delete(Bytes.utf8("k5")));
    }
    assertEquals(6, pages, "later pages are read at the revision of the first");
  }

  @Test
  void randomBytesAreAnswered() {
    SplittableRandom random = new SplittableRandom(11);
    byte[] good = txn(KvCommand.put(KEY, KEY), KvCommand.delete(KEY)).encode().toByteArray();
    int failed = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = i % 2 == 0 ? good.clone() : new byte[random.nextInt(30)];
      if (i % 2 == 0) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      } else {
        random.nextBytes(bytes);
      }
      KvResult result = KvResult.decode(context.applyBytes(Bytes.wrap(bytes)));
      failed += result instanceof KvResult.Failed ? 1 : 0;
    }
    assertTrue(failed > 10_000 && failed < 50_000, failed + " failed");
  }

  @Test
  void badQueriesAreRejected() {
    assertRejected(Rejection.MALFORMED, Bytes.EMPTY);
    assertRejected(Rejection.MALFORMED, Bytes.utf8("what?"));
    assertRejected(Rejection.MALFORMED, KvQuery.get(Bytes.EMPTY).encode());
    assertRejected(Rejection.TOO_LARGE, KvQuery.get(Bytes.wrap(new byte[11])).encode());
    assertRejected(Rejection.MALFORMED, new KvQuery.Get(KEY, 7).encode());
  }

  private void assertRejected(Rejection code, Bytes query) {
    QueryException e =
        assertThrows(QueryException.class, () -> machine.query(context.view(), query));
    assertEquals(code, e.code());
  }

  @Test
  void onlySingleKeysAndNumbersAreReadOnTheLoop() {
    assertFalse(machine.lengthy(KvQuery.get(KEY).encode()));
    assertFalse(machine.lengthy(new KvQuery.Stats().encode()));
    assertFalse(machine.lengthy(Bytes.utf8("what?")));
    assertTrue(machine.lengthy(KvQuery.range(ALL, 1).encode()));
  }

  @Test
  void aLeaseThatEndsTakesItsKeysInOneRevision() {
    context.leases.add(4L);
    for (int i = 0; i < 10; i++) {
      context.apply(new KvCommand.Put(Bytes.utf8("k" + i), KEY, 4, false));
    }
    context.apply(KvCommand.put(Bytes.utf8("k3"), KEY));
    long hash = context.hash();
    context.endLease(4);
    assertEquals(9, context.wrote.size(), "more than one command may walk over");
    assertNotEquals(hash, context.hash());
    KvQuery.Changes changes = new KvQuery.Changes(ALL, context.version(), 1, 1, false);
    assertEquals(9, ((KvResult.ChangesDone) context.query(changes)).events().size());
    assertRefused(KvError.UNKNOWN_LEASE, new KvCommand.Put(KEY, KEY, 4, false));
  }
}
