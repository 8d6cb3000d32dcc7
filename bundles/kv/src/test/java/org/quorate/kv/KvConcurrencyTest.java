package org.quorate.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvLimits;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.state.QueryException;

/** Queries beside commands: each sees one revision, whatever is changed and compacted meanwhile. */
class KvConcurrencyTest {
  private static final int ACCOUNTS = 50;
  private static final int COMMITS = 30_000;

  private final MapContext context =
      new MapContext(
          new KvStateMachine(new KvLimits(100, 100, 100, 1000, 1000, 1 << 20, 300, 1 << 20)),
          new ConcurrentSkipListMap<>());

  private static Bytes account(int i) {
    return Bytes.utf8("account/" + i);
  }

  private static Bytes token(int i) {
    return Bytes.utf8("token/" + i);
  }

  @Test
  void aRangeReadBesideTransfersSeesOneRevision() throws Exception {
    for (int i = 0; i < ACCOUNTS; i++) {
      context.apply(new KvCommand.Add(account(i), 100));
    }
    context.apply(KvCommand.put(token(0), Bytes.EMPTY));
    AtomicBoolean finished = new AtomicBoolean();
    CompletableFuture<Integer> reader = CompletableFuture.supplyAsync(() -> readUntil(finished));
    try {
      transfer();
    } finally {
      finished.set(true);
    }
    assertTrue(reader.get() > 0, "no read came to an answer");
  }

  /** Each commit moves money and, by deleting and creating keys, the one token. */
  private void transfer() {
    SplittableRandom random = new SplittableRandom(5);
    int holder = 0;
    for (int i = 0; i < COMMITS; i++) {
      int next = random.nextInt(ACCOUNTS);
      int amount = random.nextInt(1, 50);
      KvCommand move =
          new KvCommand.Txn(
              List.of(),
              List.of(
                  new KvCommand.Add(account(random.nextInt(ACCOUNTS)), -amount),
                  new KvCommand.Add(account(random.nextInt(ACCOUNTS)), amount),
                  KvCommand.delete(token(holder)),
                  KvCommand.put(token(next), Bytes.EMPTY)),
              List.of());
      assertTrue(((KvResult.TxnDone) context.apply(move)).succeeded());
      holder = next;
    }
  }

  private int readUntil(AtomicBoolean finished) {
    int answered = 0;
    boolean last;
    do {
      last = finished.get();
      for (boolean reverse : new boolean[] {false, true}) {
        answered += read(reverse) ? 1 : 0;
      }
    } while (!last);
    return answered;
  }

  private boolean read(boolean reverse) {
    KvQuery.Range all =
        new KvQuery.Range(new KeyRange(Bytes.EMPTY, null), 0, 0, reverse, false, false);
    KvResult.RangeDone done;
    try {
      done = (KvResult.RangeDone) context.query(all);
    } catch (QueryException e) {
      assertEquals(Rejection.COMPACTED, e.code(), "overtaken again and again");
      return false;
    }
    long sum = 0;
    int tokens = 0;
    for (KvEntry entry : done.entries()) {
      assertTrue(entry.modRevision() <= done.revision());
      if (entry.value().isEmpty()) {
        tokens++;
      } else {
        sum += Long.parseLong(entry.value().utf8());
      }
    }
    assertEquals(100 * ACCOUNTS, sum);
    assertEquals(1, tokens);
    return true;
  }
}
