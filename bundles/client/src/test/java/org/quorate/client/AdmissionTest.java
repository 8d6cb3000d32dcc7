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
import org.quorate.api.Gtid;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.protocol.Frames;

/** What waits in a client is bounded, by name, and room comes back with every end of a request. */
@Timeout(60)
class AdmissionTest {
  private static final Bytes MIB = Bytes.wrap(new byte[1 << 20]);
  private static final int FIT = 4;

  private FakeNode node;
  private QuorateClient client;

  private GroupClient group(long timeoutMs, Consumer<FakeNode.Asked> script) {
    node = new FakeNode(script);
    client =
        QuorateClient.connect(
            ClientOptions.of(node.address())
                .withOperationTimeoutMs(timeoutMs)
                .withMaxPendingBytes(Frames.MAX_REQUEST_FRAME));
    return client.group("main");
  }

  @AfterEach
  void close() {
    if (client != null) {
      get(client.shutdown());
      node.close();
    }
  }

  private static void assertFull(Outcome outcome) {
    Outcome.Overloaded full = assertInstanceOf(Outcome.Overloaded.class, outcome);
    assertTrue(full.limit().contains("maxPendingBytes"), full.toString());
    assertTrue(full.retryAfterMs() > 0, full.toString());
  }

  @Test
  void whatDoesNotFitIsOverloadedAtOnceAndRoomComesBackWithTheAnswers() {
    int[] seen = new int[1];
    Consumer<FakeNode.Asked> answer =
        asked -> {
          seen[0]++;
          if (asked.isRead()) {
            asked.answer(new Gtid(1, 5), Bytes.EMPTY);
          } else {
            asked.outcome(new Outcome.Committed(new Gtid(1, 5), 5, Bytes.EMPTY));
          }
        };
    boolean[] open = new boolean[1];
    List<FakeNode.Asked> held = new ArrayList<>();
    GroupClient group =
        group(
            30_000,
            asked -> {
              held.add(asked);
              open[0] |= held.size() == FIT + 1; // the small read is the last that fits
              if (open[0]) {
                held.forEach(answer);
                held.clear();
              }
            });
    List<Future<?>> within = new ArrayList<>();
    for (int i = 0; i < FIT; i++) {
      within.add(i % 2 == 0 ? group.propose(MIB) : group.read(MIB, ReadLevel.LINEARIZABLE));
    }
    assertFull(get(group.propose(MIB)));
    assertFull(
        assertInstanceOf(ReadOutcome.Unanswered.class, get(group.read(MIB, ReadLevel.LINEARIZABLE)))
            .why());
    OutcomeException thrown =
        assertInstanceOf(
            OutcomeException.class, failure(new KvClient(group).put(Bytes.utf8("k"), MIB)));
    assertFull(thrown.outcome());
    within.add(group.read(Bytes.utf8("small"), ReadLevel.LINEARIZABLE));
    within.forEach(CallbacksTest::get);
    for (Future<?> done : within) {
      assertTrue(
          done.result() instanceof Outcome.Committed
              || done.result() instanceof ReadOutcome.Answered,
          String.valueOf(done.result()));
    }
    for (int i = 0; i < 2 * FIT; i++) {
      assertInstanceOf(Outcome.Committed.class, get(group.propose(MIB)));
    }
    assertEquals(FIT + 1 + 2 * FIT, seen[0], "what was refused was not sent");
  }

  private static Throwable failure(Future<?> future) {
    return assertThrows(CompletionException.class, () -> get(future)).getCause();
  }

  /** Nobody answers: what was given up waits no longer, in whatever queue it was. */
  @Test
  void roomComesBackWhenTimeIsOver() {
    GroupClient group = group(200, asked -> {});
    for (int round = 0; round < 3; round++) {
      List<Future<Outcome>> writes = new ArrayList<>();
      List<Future<ReadOutcome>> reads = new ArrayList<>();
      for (int i = 0; i < FIT / 2; i++) {
        writes.add(group.propose(MIB));
        reads.add(group.read(MIB, ReadLevel.LOCAL));
      }
      for (Future<Outcome> write : writes) {
        assertTrue(!(get(write) instanceof Outcome.Overloaded), write.result().toString());
      }
      for (Future<ReadOutcome> read : reads) {
        Outcome why = assertInstanceOf(ReadOutcome.Unanswered.class, get(read)).why();
        assertInstanceOf(Outcome.Indeterminate.class, why);
      }
    }
  }

  @Test
  void aBoundThatNoRequestMayFitIsRefusedByName() {
    ClientOptions options = ClientOptions.of("127.0.0.1:1");
    IllegalArgumentException why =
        assertThrows(IllegalArgumentException.class, () -> options.withMaxPendingBytes(1 << 20));
    assertTrue(why.getMessage().contains("maxPendingBytes"), why.getMessage());
  }
}
