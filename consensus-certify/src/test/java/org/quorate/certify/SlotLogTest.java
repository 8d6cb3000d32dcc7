package org.quorate.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Encoder;

class SlotLogTest {
  private static final int ORIGINS = 5;

  private final SplittableRandom random = new SplittableRandom(11);
  private final long[] counters = new long[ORIGINS];

  private Entry next(long view) {
    View of = new View(view, 1);
    if (random.nextInt(10) == 0) {
      return Entry.of(of, Entry.NOOP, Bytes.EMPTY);
    }
    // Some origins propose seldom, one never.
    int origin = Math.min(random.nextInt(ORIGINS), random.nextInt(ORIGINS - 1));
    Bytes body = random.nextInt(4) == 0 ? null : Bytes.wrap(new byte[random.nextInt(40)]);
    return Entry.payload(of, 100 + origin, 1, ++counters[origin], body);
  }

  private static Bytes encoded(MidTable table) {
    Encoder out = new Encoder();
    table.encode(out);
    return out.take();
  }

  /** The same operations on the log and on a list; a table noted from the end, and one from the start. */
  @Test
  void behavesLikeAListWithAnOffset() {
    SlotLog log = new SlotLog(5, View.NONE);
    List<Entry> model = new ArrayList<>();
    MidTable quick = new MidTable();
    MidTable plain = new MidTable();
    long base = 5;
    View baseView = View.NONE;
    long view = 1;
    for (int i = 0; i < 60_000; i++) {
      int dice = random.nextInt(100);
      if (dice < 80) {
        view += random.nextInt(20) / 19;
        Entry entry = next(view);
        log.append(entry);
        model.add(entry);
      } else if (dice < 90) {
        fill(log, model, base);
      } else if (dice < 97 || model.size() < 9000) {
        long newest = log.complete();
        int kept = (int) (newest - base) - random.nextInt(5);
        int drop = Math.min(kept, dice < 97 ? random.nextInt(12) : 0);
        if (drop > 0) {
          base = drop(log, model, base, drop, quick, plain);
          baseView = log.view(base);
        }
      } else {
        fill(log, model, base);
        int drop = (int) (log.complete() - base) - random.nextInt(3);
        base = drop(log, model, base, drop, quick, plain);
        baseView = log.view(base);
      }
      if (i % 50 == 0) {
        compare(log, model, base, baseView);
      }
    }
  }

  /** All payloads come in, but for one near the end. */
  private void fill(SlotLog log, List<Entry> model, long base) {
    int upTo = model.size() - random.nextInt(Math.min(3, model.size() + 1));
    for (int i = (int) (log.complete() - base); i < upTo; i++) {
      if (model.get(i).body() == null) {
        model.get(i).fill(Bytes.wrap(new byte[random.nextInt(40)]));
      }
    }
    long missing = log.missing();
    assertEquals(missing == 0 ? log.last() : missing - 1, log.complete());
  }

  private static long drop(
      SlotLog log, List<Entry> model, long base, int drop, MidTable quick, MidTable plain) {
    MidTable newest = plain.copy();
    model.subList(0, (int) (log.complete() - base)).forEach(newest::note);
    quick.note(log, base, base + drop, newest);
    model.subList(0, drop).forEach(plain::note);
    assertEquals(encoded(plain), encoded(quick));
    View last = model.get(drop - 1).view;
    log.dropTo(base + drop);
    log.dropTo(base); // what is gone is gone
    model.subList(0, drop).clear();
    assertEquals(last, log.view(base + drop));
    return base + drop;
  }

  private void compare(SlotLog log, List<Entry> model, long base, View baseView) {
    assertEquals(base, log.base());
    assertEquals(base + model.size(), log.last());
    assertEquals(baseView, log.view(base));
    assertNull(log.view(base - 1));
    assertNull(log.view(log.last() + 1));
    assertEquals(model, log.entries(base + 1, log.last()));
    int complete = (int) (log.complete() - base);
    int from = random.nextInt(complete + 1);
    int to = from + random.nextInt(complete - from + 1);
    long bytes = model.subList(from, to).stream().mapToLong(Entry::bytes).sum();
    assertEquals(bytes, log.bytes(base + from, base + to));
  }
}
