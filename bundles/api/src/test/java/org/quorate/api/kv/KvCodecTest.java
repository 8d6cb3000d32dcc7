package org.quorate.api.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.wire.MalformedException;

class KvCodecTest {
  private static final Bytes KEY = Bytes.utf8("key");
  private static final Bytes VALUE = Bytes.utf8("value");
  private static final KvEntry ENTRY = new KvEntry(KEY, VALUE, 3, Long.MAX_VALUE, 2, -1);
  private static final KeyRange ALL = new KeyRange(Bytes.EMPTY, null);

  private static final List<KvCommand> COMMANDS =
      List.of(
          new KvCommand.Put(KEY, VALUE, 7, true),
          new KvCommand.Put(KEY, Bytes.EMPTY, -1, false),
          new KvCommand.Delete(KeyRange.prefix(KEY), true),
          new KvCommand.Add(KEY, Long.MIN_VALUE),
          new KvCommand.Add(KEY, -1, 0),
          new KvCommand.CompareAndSet(KEY, null, VALUE),
          new KvCommand.CompareAndSet(KEY, VALUE, VALUE),
          new KvCommand.Append(KEY, VALUE),
          new KvCommand.Read(KvQuery.get(KEY)),
          new KvCommand.Compact(9),
          new KvCommand.PutNext(KEY, KEY, VALUE, KvCommand.KEEP_LEASE),
          new KvCommand.Txn(
              List.of(
                  Compare.absent(KEY),
                  Compare.value(KEY, Compare.Op.LESS, VALUE),
                  new Compare(ALL, Compare.Target.LEASE, Compare.Op.NOT_EQUAL, Bytes.ofLong(4))),
              List.of(KvCommand.put(KEY, VALUE), txn(txn(KvCommand.delete(KEY)))),
              List.of(new KvCommand.Read(KvQuery.range(ALL, 5)))));

  private static final List<KvQuery> QUERIES =
      List.of(
          new KvQuery.Get(KEY, 12),
          new KvQuery.Range(ALL, 1, 2, true, false, true),
          new KvQuery.Range(KeyRange.prefix(KEY), 0, 0, false, true, false),
          new KvQuery.Changes(ALL, 1, 10, 1 << 20, true),
          new KvQuery.LeaseKeys(-5, KEY, 3),
          new KvQuery.Names(KEY, (byte) 0xff, VALUE, 3),
          new KvQuery.Stats());

  private static final List<KvResult> RESULTS =
      List.of(
          new KvResult.PutDone(1, ENTRY),
          new KvResult.PutDone(1, null),
          new KvResult.Deleted(2, 300, List.of(ENTRY, ENTRY)),
          new KvResult.Added(3, -4),
          new KvResult.Appended(3, 5),
          new KvResult.Swapped(4, true, null),
          new KvResult.Swapped(4, false, ENTRY),
          new KvResult.TxnDone(
              5,
              true,
              List.of(
                  new KvResult.GetDone(5, null),
                  new KvResult.TxnDone(5, false, List.of(new KvResult.PutDone(5, null))))),
          new KvResult.Compacted(6, 5),
          new KvResult.GetDone(7, ENTRY),
          new KvResult.RangeDone(8, List.of(ENTRY), true, 1),
          new KvResult.ChangesDone(
              9,
              List.of(
                  new KvEvent(KvEvent.Type.PUT, ENTRY, null),
                  new KvEvent(KvEvent.Type.DELETE, KvEntry.deleted(KEY, 9), ENTRY)),
              9),
          new KvResult.LeaseKeysDone(10, List.of(KEY, VALUE), false),
          new KvResult.Numbered(3, KEY),
          new KvResult.NamesDone(4, List.of(new KvResult.NamesDone.Name(KEY, true, false)), true),
          new KvResult.StatsDone(11, 10, 9, Long.MIN_VALUE, 7),
          new KvResult.Failed(12, KvError.OVERFLOW, "too much: ∞"));

  private static KvCommand.Txn txn(KvCommand command) {
    return new KvCommand.Txn(List.of(), List.of(command), List.of());
  }

  @Test
  void everyCommandQueryAndResultSurvivesItsEncoding() {
    COMMANDS.forEach(c -> assertEquals(c, KvCommand.decode(c.encode())));
    QUERIES.forEach(q -> assertEquals(q, KvQuery.decode(q.encode())));
    RESULTS.forEach(r -> assertEquals(r, KvResult.decode(r.encode())));
  }

  @Test
  void everyCutAndEveryExtraByteIsMalformed() {
    COMMANDS.forEach(c -> assertOnlyWhole(c.encode(), KvCommand::decode));
    QUERIES.forEach(q -> assertOnlyWhole(q.encode(), KvQuery::decode));
    RESULTS.forEach(r -> assertOnlyWhole(r.encode(), KvResult::decode));
  }

  private static void assertOnlyWhole(Bytes whole, Function<Bytes, ?> decode) {
    for (int length = 0; length < whole.length(); length++) {
      Bytes cut = whole.slice(0, length);
      assertThrows(MalformedException.class, () -> decode.apply(cut));
    }
    Bytes longer = whole.concat(Bytes.wrap(new byte[1]));
    assertThrows(MalformedException.class, () -> decode.apply(longer));
  }

  @Test
  void damagedBytesDecodeOrAreMalformed() {
    SplittableRandom random = new SplittableRandom(1);
    int malformed = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes;
      if (i % 2 == 0) {
        bytes = COMMANDS.get(random.nextInt(COMMANDS.size())).encode().toByteArray();
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      } else {
        bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
      }
      Bytes input = Bytes.wrap(bytes);
      malformed += malformed(input, KvCommand::decode) ? 1 : 0;
      malformed(input, KvQuery::decode);
      malformed(input, KvResult::decode);
    }
    assertTrue(malformed > 10_000 && malformed < 100_000, malformed + " malformed");
  }

  private static boolean malformed(Bytes input, Function<Bytes, ?> decode) {
    try {
      assertNotNull(decode.apply(input));
      return false;
    } catch (MalformedException expected) {
      return true;
    }
  }

  @Test
  void nestingIsBoundedBeforeItIsRead() {
    assertThrows(IllegalArgumentException.class, () -> txn(txn(txn(txn(KvCommand.delete(KEY))))));
    byte[] deep = new byte[30_000];
    for (int i = 0; i < deep.length; i += 3) {
      deep[i] = 6; // Txn of no comparisons and one command: the next Txn
      deep[i + 2] = 1;
    }
    assertThrows(MalformedException.class, () -> KvCommand.decode(Bytes.wrap(deep)));
  }

  @Test
  void aCommandReadsTheLatestRevisionOnly() {
    assertThrows(IllegalArgumentException.class, () -> new KvCommand.Read(new KvQuery.Get(KEY, 3)));
    assertThrows(IllegalArgumentException.class, () -> new KvCommand.Read(new KvQuery.Stats()));
    assertThrows(IllegalArgumentException.class, () -> txn(new KvCommand.Compact(3)));
  }

  @Test
  void limitsNameWhatIsBroken() {
    KvLimits limits = new KvLimits(3, 5, 4, 10, 10, 100, 100, 100);
    assertNull(limits.violation(KvCommand.put(KEY, VALUE)));
    assertNull(limits.violation(KvCommand.delete(KEY)));
    assertEquals("an empty key", limits.violation(KvCommand.put(Bytes.EMPTY, VALUE)).message());
    assertEquals(
        "a key of 4 bytes; the limit is 3",
        limits.violation(txn(txn(KvCommand.put(Bytes.utf8("keys"), VALUE)))).message());
    assertEquals(
        "a value of 6 bytes; the limit is 5",
        limits.violation(new KvCommand.Append(KEY, Bytes.utf8("values"))).message());
    assertNull(limits.violation(txn(txn(txn(KvCommand.delete(KEY))))));
    KvCommand five =
        new KvCommand.Txn(
            List.of(Compare.absent(KEY)),
            List.of(txn(KvCommand.delete(KEY)), KvCommand.delete(KEY)),
            List.of(KvCommand.delete(KEY)));
    assertEquals(
        "a transaction of 5 comparisons and commands; the limit is 4",
        limits.violation(five).message());
    assertEquals(
        "a range bound of 5 bytes; the limit is 4",
        limits.violation(KvQuery.range(KeyRange.prefix(VALUE), 0)).message());
  }

  @Test
  void comparisonsAreUnsigned() {
    assertTrue(Compare.number(KEY, Compare.Target.LEASE, Compare.Op.GREATER, 5).holds(ENTRY));
    assertTrue(Compare.present(KEY).holds(ENTRY));
    assertFalse(Compare.present(KEY).holdsAbsent());
    assertTrue(Compare.absent(KEY).holdsAbsent());
    assertTrue(Compare.unchanged(KEY, 0).holdsAbsent());
    assertFalse(Compare.value(KEY, Compare.Op.NOT_EQUAL, VALUE).holdsAbsent());
    assertFalse(Compare.value(KEY, Compare.Op.NOT_EQUAL, Bytes.EMPTY).holdsAbsent());
  }

  @Test
  void aSingleKeyIsARange() {
    KeyRange single = KeyRange.single(KEY);
    assertTrue(single.isSingle());
    assertTrue(single.contains(KEY));
    assertFalse(single.contains(Bytes.utf8("key\0")));
    assertFalse(KeyRange.prefix(KEY).isSingle());
    assertTrue(new KeyRange(VALUE, KEY).isEmpty());
  }

  @Test
  void theNextPageBeginsBehindTheLastEntry() {
    KvResult.RangeDone page = new KvResult.RangeDone(8, List.of(ENTRY), true, 1);
    KvQuery.Range forward = KvQuery.range(ALL, 1).after(page);
    assertEquals(new KeyRange(Bytes.utf8("key\0"), null), forward.keys());
    assertEquals(8, forward.revision());
    KvQuery.Range backward = new KvQuery.Range(ALL, 1, 0, true, false, false).after(page);
    assertEquals(new KeyRange(Bytes.EMPTY, KEY), backward.keys());
  }
}
