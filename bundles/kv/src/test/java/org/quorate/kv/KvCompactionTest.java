package org.quorate.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvError;
import org.quorate.api.kv.KvLimits;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.state.QueryException;

class KvCompactionTest {
  private static final Bytes KEY = Bytes.utf8("counter");

  private static KvLimits keeping(long revisions, long bytes) {
    KvLimits d = KvLimits.DEFAULTS;
    return new KvLimits(
        d.keyBytes(),
        d.valueBytes(),
        d.txnCommands(),
        d.walkedKeys(),
        d.answerEntries(),
        d.answerBytes(),
        revisions,
        bytes);
  }

  private static KvCommand put(int i) {
    return KvCommand.put(Bytes.utf8("key" + i), Bytes.utf8("value" + i));
  }

  private static KvResult.StatsDone stats(MapContext context) {
    return (KvResult.StatsDone) context.query(new KvQuery.Stats());
  }

  @Test
  void everyRevisionOfAHotKeyIsFoundAtOnce() {
    MapContext context = new MapContext(new KvStateMachine());
    int count = 20_000;
    for (int i = 1; i <= count; i++) {
      context.apply(new KvCommand.Add(KEY, 1));
    }
    CountingView view = new CountingView(context.view());
    int most = 0;
    for (long revision = 1; revision <= count; revision += 7) {
      view.gets = 0;
      assertEquals(revision + "", Version.at(view, KEY, revision).value().utf8());
      most = Math.max(most, view.gets);
    }
    // 20,000 has five digits to the base of 8, and 8 steps at most are made in each.
    assertTrue(most <= 1 + 5 * 8, most + " reads");
  }

  @Test
  void noCommandRemovesMoreThanItsSlice() {
    MapContext context = new MapContext(new KvStateMachine());
    for (int i = 0; i < 5000; i++) {
      context.apply(put(i));
    }
    context.apply(new KvCommand.Delete(new KeyRange(Bytes.EMPTY, null), false));
    long hash = context.hash();
    context.apply(new KvCommand.Compact(5001));
    assertEquals(hash, context.hash());
    assertEquals(5001, stats(context).compacted());
    assertTrue(context.deletes <= 2 * Compaction.SLICE_OF_COMPACT);
    // The deletion itself made 5000 changes in one revision, so a slice ends within a revision.
    int commands = 0;
    while (context.state.size() > 1 + 2 * Compaction.CHANGES_PER_SWEEP + 2) {
      context.apply(KvCommand.put(KEY, Bytes.utf8("" + commands)));
      assertTrue(context.deletes <= 2 * Compaction.SLICE, context.deletes + " deletes");
      if (++commands % 40 == 0) {
        context.apply(new KvCommand.Compact(context.version()));
        assertTrue(context.deletes <= 2 * Compaction.SLICE_OF_COMPACT);
      }
      assertTrue(commands < 4000, () -> context.state.size() + " records left");
    }
    assertEquals(1, stats(context).keys());
  }

  @Test
  void historyBeyondTheRevisionsKeptGoesByItself() {
    MapContext context = new MapContext(new KvStateMachine(keeping(100, 1 << 20)));
    for (int i = 0; i < 3000; i++) {
      context.apply(put(i % 10));
    }
    int kept = 100 + Compaction.CHANGES_PER_SWEEP;
    assertTrue(context.state.size() <= 1 + 10 + kept, context.state.size() + " records");
    long oldest = stats(context).compacted();
    assertTrue(oldest >= 3000 - kept && oldest <= 2900, "oldest " + oldest);
    KvQuery.Get readable = new KvQuery.Get(Bytes.utf8("key1"), oldest);
    assertEquals("value1", ((KvResult.GetDone) context.query(readable)).entry().value().utf8());
    KvQuery.Get gone = new KvQuery.Get(Bytes.utf8("key1"), oldest - 1);
    QueryException e = assertThrows(QueryException.class, () -> context.query(gone));
    assertEquals(Rejection.COMPACTED, e.code());
    KvResult.Failed failed = (KvResult.Failed) context.apply(new KvCommand.Compact(oldest - 1));
    assertEquals(KvError.COMPACTED, failed.error());
  }

  @Test
  void historyBeyondTheBytesKeptGoesByItself() {
    MapContext context = new MapContext(new KvStateMachine(keeping(1_000_000, 10_000)));
    Bytes value = Bytes.wrap(new byte[1000]);
    for (int i = 0; i < 1000; i++) {
      context.apply(KvCommand.put(KEY, value));
    }
    long overshoot = Compaction.CHANGES_PER_SWEEP * 1100L;
    assertTrue(stats(context).historyBytes() <= 10_000 + overshoot);
    assertTrue(context.state.size() < 60, context.state.size() + " records");
    long oldest = stats(context).compacted();
    assertEquals(
        oldest,
        ((KvResult.GetDone) context.query(new KvQuery.Get(KEY, oldest))).entry().modRevision());
  }

  @Test
  void theHashKnowsNeitherOrderNorHistoryNorCompaction() {
    List<KvCommand> commands = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(3);
    MapContext plain = new MapContext(new KvStateMachine());
    MapContext compacting = new MapContext(new KvStateMachine(keeping(5, 100)));
    for (int i = 0; i < 2000; i++) {
      KvCommand command =
          random.nextInt(4) == 0
              ? KvCommand.delete(Bytes.utf8("key" + random.nextInt(20)))
              : put(random.nextInt(20));
      plain.apply(command);
      compacting.apply(command);
      assertEquals(plain.hash(), compacting.hash());
    }
    assertTrue(plain.state.size() > 1500 && compacting.state.size() < 100);
    // In one transaction the order of different keys leaves no trace.
    for (int i = 0; i < 20; i++) {
      commands.add(put(i));
    }
    MapContext ordered = new MapContext(new KvStateMachine());
    ordered.apply(new KvCommand.Txn(List.of(), commands, List.of()));
    Collections.reverse(commands);
    MapContext reversed = new MapContext(new KvStateMachine());
    reversed.apply(new KvCommand.Txn(List.of(), commands, List.of()));
    assertEquals(ordered.hash(), reversed.hash());
    assertEquals(ordered.state, reversed.state);
  }

  @Test
  void swappedValuesChangeTheHash() {
    MapContext one = new MapContext(new KvStateMachine());
    MapContext other = new MapContext(new KvStateMachine());
    Bytes a = Bytes.utf8("a");
    Bytes b = Bytes.utf8("b");
    one.apply(
        new KvCommand.Txn(List.of(), List.of(KvCommand.put(a, a), KvCommand.put(b, b)), List.of()));
    other.apply(
        new KvCommand.Txn(List.of(), List.of(KvCommand.put(a, b), KvCommand.put(b, a)), List.of()));
    assertTrue(one.hash() != other.hash());
  }
}
