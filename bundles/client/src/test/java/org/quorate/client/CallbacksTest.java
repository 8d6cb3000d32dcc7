package org.quorate.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.client.FakeNode.together;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quorate.api.Bytes;
import org.quorate.api.Gtid;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvEvent;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;

/** What an application's callback throws costs nobody else an answer, and is not swallowed. */
@Timeout(60)
class CallbacksTest {
  private static final Gtid AT = new Gtid(1, 5);
  private static final Bytes ANSWER = Bytes.utf8("answer");
  private static final int MANY = 4;

  private FakeNode node;
  private QuorateClient client;

  private GroupClient group(Consumer<FakeNode.Asked> script) {
    node = new FakeNode(script);
    client = QuorateClient.connect(ClientOptions.of(node.address()).withOperationTimeoutMs(15_000));
    return client.group("main");
  }

  @AfterEach
  void close() {
    get(client.shutdown());
    node.close();
  }

  static <T> T get(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static <T> CompletableFuture<T> told(Future<T> future, boolean throwing) {
    CompletableFuture<T> told = new CompletableFuture<>();
    future.onComplete(
        done -> {
          told.complete(done.result());
          if (throwing) {
            throw new IllegalStateException("an application's mistake");
          }
        });
    return told;
  }

  private static <T> T join(CompletableFuture<T> future) {
    return future.orTimeout(20, TimeUnit.SECONDS).join();
  }

  @Test
  void readsBehindAReadWhoseCallbackThrowsAreAnswered() {
    GroupClient group = group(together(MANY, asked -> asked.answer(AT, ANSWER)));
    List<CompletableFuture<ReadOutcome>> told = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      told.add(told(group.read(Bytes.utf8("q"), ReadLevel.LOCAL), i == 0));
    }
    for (CompletableFuture<ReadOutcome> outcome : told) {
      assertInstanceOf(ReadOutcome.Answered.class, join(outcome));
    }
  }

  @Test
  void writesBehindAWriteWhoseCallbackThrowsAreAnswered() {
    GroupClient group =
        group(together(MANY, asked -> asked.outcome(new Outcome.Committed(AT, 1, ANSWER))));
    List<CompletableFuture<Outcome>> told = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      told.add(told(group.propose(Bytes.utf8("c")), i == 0));
    }
    for (CompletableFuture<Outcome> outcome : told) {
      assertInstanceOf(Outcome.Committed.class, join(outcome));
    }
  }

  @Test
  void watchesBehindAWatchWhoseCallbackThrowsAreTold() throws InterruptedException {
    GroupClient group = group(together(MANY, asked -> asked.reached(6)));
    CountDownLatch told = new CountDownLatch(MANY);
    for (int i = 0; i < MANY; i++) {
      boolean throwing = i == 0;
      group.watch(
          List.of(KeyRange.prefix(Bytes.utf8("k"))),
          5,
          version -> {
            told.countDown();
            if (throwing) {
              throw new IllegalStateException("an application's mistake");
            }
          });
    }
    assertTrue(told.await(20, TimeUnit.SECONDS), told.getCount() + " were not told");
  }

  /** Answers what a watch asks: where the group is, then one change, then whatever is given. */
  private static void watched(FakeNode.Asked asked, Bytes changes) {
    if (asked.isRead()) {
      boolean stats = KvQuery.decode(asked.query) instanceof KvQuery.Stats;
      asked.answer(AT, stats ? new KvResult.StatsDone(5, 0, 0, 0, 0).encode() : changes);
    }
  }

  private static final class Ends implements KvWatch.Listener {
    final CompletableFuture<RuntimeException> ended = new CompletableFuture<>();
    final AtomicInteger changes = new AtomicInteger();
    final AtomicInteger ends = new AtomicInteger();

    @Override
    public void changed(List<KvEvent> events, long upTo) {
      changes.incrementAndGet();
      throw new IllegalArgumentException("an application's mistake");
    }

    @Override
    public void ended(RuntimeException why) {
      ends.incrementAndGet();
      ended.complete(why);
      throw new IllegalArgumentException("another one");
    }
  }

  @Test
  void aWatchWhoseListenerThrowsEndsByNameAndOnce() {
    Bytes changes = new KvResult.ChangesDone(7, List.of(), 7).encode();
    GroupClient group = group(asked -> watched(asked, changes));
    Ends listener = new Ends();
    new KvClient(group).watch(KeyRange.prefix(Bytes.utf8("k")), 0, listener);
    RuntimeException why = join(listener.ended);
    assertTrue(why.getMessage().contains("listener"), why.toString());
    assertInstanceOf(IllegalArgumentException.class, why.getCause());
    // The client goes on, and nobody is asked for a watch that has ended.
    assertInstanceOf(
        ReadOutcome.Answered.class,
        get(group.read(new KvQuery.Stats().encode(), ReadLevel.LINEARIZABLE)));
    assertEquals(1, listener.changes.get());
    assertEquals(1, listener.ends.get());
  }

  @Test
  void aWatchThatIsAnsweredWhatItCannotReadEndsByNameAndOnce() {
    GroupClient group = group(asked -> watched(asked, Bytes.utf8("\u0007no result")));
    Ends listener = new Ends();
    new KvClient(group).watch(KeyRange.prefix(Bytes.utf8("k")), 0, listener);
    RuntimeException why = join(listener.ended);
    assertTrue(why.getMessage().contains("cannot be read"), why.toString());
    assertEquals(0, listener.changes.get());
    assertEquals(1, listener.ends.get());
  }
}
