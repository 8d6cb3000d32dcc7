package org.quorate.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.client.CallbacksTest.get;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.Gtid;
import org.quorate.api.Isolation;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvResult;

/** A transaction always ends, and never mixes two histories of its group. */
@Timeout(60)
class TransactionRunTest {
  private static final Bytes KEY = Bytes.utf8("key");
  private static final Bytes OTHER = Bytes.utf8("other");
  private static final Bytes ABSENT = new KvResult.GetDone(5, null).encode();
  private static final Bytes DONE = new KvResult.TxnDone(6, true, List.of()).encode();

  private FakeNode node;
  private QuorateClient client;

  private KvClient kv(Consumer<FakeNode.Asked> script) {
    node = new FakeNode(script);
    client = QuorateClient.connect(ClientOptions.of(node.address()));
    return new KvClient(client.group("main"));
  }

  @AfterEach
  void close() {
    get(client.shutdown());
    node.close();
  }

  private static Throwable failure(Future<?> future) {
    return assertThrows(CompletionException.class, () -> get(future)).getCause();
  }

  private static Future<Bytes> readAndPut(KvTransaction tx) {
    return tx.get(KEY)
        .map(
            value -> {
              tx.put(KEY, OTHER);
              return value;
            });
  }

  /** A group that lets nobody commit. */
  private static void aborting(FakeNode.Asked asked) {
    if (asked.isRead()) {
      asked.answer(new Gtid(1, 5), ABSENT);
    } else {
      asked.outcome(
          new Outcome.Aborted(
              new Conflict(Conflict.Reason.READ_WRITE, KEY, new Gtid(1, 6), NodeId.of("n1"), 1)));
    }
  }

  @Test
  void aClosureThatReturnsNullFailsInItsFirstRun() {
    KvClient kv = kv(TransactionRunTest::aborting);
    Throwable why = failure(kv.transact(tx -> null));
    assertTrue(why.getMessage().contains("returned null"), why.toString());
  }

  @Test
  void aClosureThatReturnsNullOrThrowsAnErrorWhenItIsRunAgainFails() {
    KvClient kv = kv(TransactionRunTest::aborting);
    int[] runs = new int[1];
    Throwable why = failure(kv.transact(tx -> ++runs[0] == 2 ? null : readAndPut(tx)));
    assertTrue(why.getMessage().contains("returned null"), why.toString());
    assertEquals(2, runs[0]);
    runs[0] = 0;
    assertInstanceOf(
        NoClassDefFoundError.class,
        failure(
            kv.transact(
                tx -> {
                  if (++runs[0] == 2) {
                    throw new NoClassDefFoundError("a class that is gone");
                  }
                  return readAndPut(tx);
                })));
  }

  /** History 1 is what the client knows; a forced bootstrap has made it history 2. */
  @Test
  void whatWasSeenOfAHistoryThatEndedIsForgotten() {
    List<ReadLevel> levels = new ArrayList<>();
    long[] history = {1};
    KvClient kv =
        kv(
            asked -> {
              if (!asked.isRead()) {
                asked.outcome(new Outcome.Committed(new Gtid(history[0], 6), 9, DONE));
                return;
              }
              levels.add(asked.level);
              if (asked.level instanceof ReadLevel.Causal c && c.gtid().historyId() != history[0]) {
                asked.refuse(new Rejected(Rejection.UNSUPPORTED, "of another history"));
              } else {
                asked.answer(new Gtid(history[0], 5), ABSENT);
              }
            });
    get(kv.transact(Isolation.SNAPSHOT, TransactionRunTest::readAndPut));
    get(kv.transact(Isolation.SNAPSHOT, TransactionRunTest::readAndPut));
    history[0] = 2;
    levels.clear();
    get(kv.transact(Isolation.SNAPSHOT, TransactionRunTest::readAndPut));
    get(kv.transact(Isolation.SERIALIZABLE, TransactionRunTest::readAndPut));
    assertEquals(
        List.of(
            new ReadLevel.Causal(new Gtid(1, 6)),
            ReadLevel.LINEARIZABLE,
            new ReadLevel.Causal(new Gtid(2, 6))),
        levels);
  }

  /**
   * Two reads that travel together, one answered before the bootstrap and one behind it; the closure
   * looks over the failure, and yet nothing is proposed of it.
   */
  @Test
  void readsOfTwoHistoriesFailByNameAndAreRunAgain() {
    List<Throwable> met = new ArrayList<>();
    int[] reads = new int[1];
    List<Long> proposed = new ArrayList<>();
    KvClient kv =
        kv(
            asked -> {
              if (!asked.isRead()) {
                proposed.add(asked.proposal.transaction().snapshotVersion());
                asked.outcome(new Outcome.Committed(new Gtid(2, 9), 9, DONE));
              } else {
                asked.answer(++reads[0] == 1 ? new Gtid(1, 5) : new Gtid(2, 5 + reads[0]), ABSENT);
              }
            });
    get(
        kv.transact(
            tx -> {
              Future<Bytes> first = tx.get(KEY);
              Future<Bytes> second = tx.get(OTHER);
              second.onFailure(met::add);
              return Future.join(first, second.otherwiseEmpty())
                  .map(
                      both -> {
                        tx.put(KEY, OTHER);
                        return null;
                      });
            }));
    assertEquals(1, met.size(), met.toString());
    HistoryException why = assertInstanceOf(HistoryException.class, met.get(0));
    assertEquals(new Gtid(1, 5), why.read());
    assertEquals(2, why.met().historyId());
    assertTrue(!why.committed(), "nothing was proposed");
    assertEquals(1, proposed.size());
    assertTrue(proposed.get(0) > 7, "a snapshot of the new history: " + proposed);
  }

  @Test
  void aCommitInAnotherHistoryThanTheReadsFailsByName() {
    KvClient kv =
        kv(
            asked -> {
              if (asked.isRead()) {
                asked.answer(new ReadOutcome.Answered(new Gtid(1, 5), ABSENT));
              } else {
                asked.outcome(new Outcome.Committed(new Gtid(2, 9), 9, DONE));
              }
            });
    HistoryException why =
        assertInstanceOf(
            HistoryException.class, failure(kv.transact(TransactionRunTest::readAndPut)));
    assertEquals(new Gtid(1, 5), why.read());
    assertEquals(new Gtid(2, 9), why.met());
    assertTrue(why.committed(), "it was committed");
  }
}
