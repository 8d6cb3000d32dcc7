package org.quorate.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;

class RaftLogTest {
  /** The same operations on the log and on a plain list. */
  @Test
  void behavesLikeAListWithAnOffset() {
    SplittableRandom random = new SplittableRandom(3);
    RaftLog log = new RaftLog(5, 1);
    List<Bytes> model = new ArrayList<>();
    long base = 5;
    long baseTerm = 1;
    for (int i = 0; i < 60_000; i++) {
      int dice = random.nextInt(100);
      if (dice < 80) {
        long last = model.isEmpty() ? baseTerm : Entry.term(model.get(model.size() - 1));
        Bytes record =
            Entry.payload(last + random.nextInt(20) / 19, Bytes.wrap(new byte[random.nextInt(40)]));
        log.append(record);
        model.add(record);
      } else if (dice < 90 && !model.isEmpty()) {
        int keep = model.size() - random.nextInt(Math.min(model.size(), 20));
        log.truncateFrom(base + 1 + keep);
        model.subList(keep, model.size()).clear();
      } else if (dice < 99 || model.size() < 9000) {
        int drop = model.isEmpty() ? 0 : random.nextInt(Math.min(model.size(), 12));
        if (drop > 0) {
          baseTerm = Entry.term(model.get(drop - 1));
          model.subList(0, drop).clear();
          base += drop;
          log.dropTo(base);
        }
      } else {
        int drop = model.size() - 10;
        baseTerm = Entry.term(model.get(drop - 1));
        model.subList(0, drop).clear();
        base += drop;
        log.dropTo(base);
      }
      if (i % 50 == 0) {
        compare(log, model, base, baseTerm, random);
      }
    }
  }

  private static void compare(
      RaftLog log, List<Bytes> model, long base, long baseTerm, SplittableRandom random) {
    assertEquals(base, log.base());
    assertEquals(base + model.size(), log.last());
    assertEquals(baseTerm, log.term(base));
    assertEquals(model, new ArrayList<>(log.records(base + 1, log.last())));
    if (model.isEmpty()) {
      return;
    }
    int from = random.nextInt(model.size());
    int to = from + random.nextInt(model.size() - from);
    long bytes = 0;
    for (int i = from; i <= to; i++) {
      bytes += model.get(i).length();
    }
    assertEquals(bytes, log.bytes(base + from, base + to + 1));
    long fits = Math.min(log.lastWithin(base + from + 1, bytes), log.last());
    assertEquals(base + to + 1, fits);
    long term = Entry.term(model.get(from));
    long found = log.lastNotAbove(log.last(), term);
    assertEquals(term, log.term(found));
    assertEquals(true, found == log.last() || log.term(found + 1) > term);
  }

  @Test
  void refusesWhatIsOutsideAndTermsThatFall() {
    RaftLog log = new RaftLog(3, 2);
    log.append(Entry.noop(2));
    assertEquals(RaftLog.UNKNOWN, log.term(2));
    assertEquals(RaftLog.UNKNOWN, log.term(5));
    assertThrows(IndexOutOfBoundsException.class, () -> log.record(3));
    assertThrows(IndexOutOfBoundsException.class, () -> log.records(4, 5));
    assertThrows(IndexOutOfBoundsException.class, () -> log.truncateFrom(3));
    assertThrows(IndexOutOfBoundsException.class, () -> log.dropTo(5));
    assertThrows(IllegalStateException.class, () -> log.append(Entry.noop(1)));
  }

  @Test
  void aSingleRecordOverTheLimitIsStillABatch() {
    RaftLog log = new RaftLog(0, 0);
    log.append(Entry.payload(1, Bytes.wrap(new byte[100])));
    log.append(Entry.noop(1));
    assertEquals(1, log.lastWithin(1, 10));
  }
}
