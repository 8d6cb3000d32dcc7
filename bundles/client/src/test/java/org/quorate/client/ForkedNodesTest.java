package org.quorate.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.client.CallbacksTest.get;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quorate.api.Bytes;
import org.quorate.api.Gtid;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;

/** A node with what is left of an ended history is left for one that serves. */
@Timeout(60)
class ForkedNodesTest {
  private static final Bytes ANY = Bytes.utf8("any");
  private static final Rejected FORKED = new Rejected(Rejection.FORKED, "history 1 has ended");

  private final List<FakeNode> nodes = new ArrayList<>();
  private QuorateClient client;

  private String forked() {
    FakeNode node = new FakeNode(FORKED);
    nodes.add(node);
    return node.address();
  }

  private String serving() {
    FakeNode node =
        new FakeNode(
            asked -> {
              if (asked.isRead()) {
                asked.answer(new Gtid(2, 5), ANY);
              } else {
                asked.outcome(new Outcome.Committed(new Gtid(2, 5), 5, ANY));
              }
            });
    nodes.add(node);
    return node.address();
  }

  private GroupClient group(long timeoutMs, String... addresses) {
    client = QuorateClient.connect(ClientOptions.of(addresses).withOperationTimeoutMs(timeoutMs));
    return client.group("main");
  }

  @AfterEach
  void close() {
    get(client.shutdown());
    nodes.forEach(FakeNode::close);
  }

  private static Outcome read(GroupClient group) {
    ReadOutcome outcome = get(group.read(ANY, ReadLevel.LINEARIZABLE));
    return assertInstanceOf(ReadOutcome.Unanswered.class, outcome).why();
  }

  @Test
  void aNodeThatServesIsFoundBehindOneThatIsForked() {
    GroupClient group = group(15_000, forked(), serving());
    assertInstanceOf(ReadOutcome.Answered.class, get(group.read(ANY, ReadLevel.LINEARIZABLE)));
    assertInstanceOf(Outcome.Committed.class, get(group.propose(ANY)));
    client.close();
    GroupClient writes = group(15_000, nodes.get(0).address(), nodes.get(1).address());
    assertInstanceOf(Outcome.Committed.class, get(writes.propose(ANY)));
    client.close();
    GroupClient calls = group(15_000, nodes.get(0).address(), nodes.get(1).address());
    assertInstanceOf(
        Outcome.Committed.class, calls.access().openSession(10_000).toCompletableFuture().join());
  }

  /** Long before its time is over: there is nobody to wait for. */
  @Test
  void forkedIsToldWhenEveryNodeSaysSo() {
    GroupClient group = group(600_000, forked(), forked(), forked());
    assertEquals(FORKED, read(group));
    assertEquals(FORKED, get(group.propose(ANY)));
    assertEquals(FORKED, group.access().openSession(10_000).toCompletableFuture().join());
    assertEquals(FORKED, read(group));
  }

  @Test
  void forkedIsNotToldWhileAnotherNodeMayServe() {
    FakeNode gone = new FakeNode(FORKED);
    gone.close();
    GroupClient group = group(500, forked(), gone.address());
    assertNamed(() -> read(group));
    assertNamed(() -> get(group.propose(ANY)));
  }

  /** Asked again until the node was reached in time; FORKED is never told. */
  private static void assertNamed(Supplier<Outcome> ask) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(25);
    Outcome outcome = ask.get();
    while (!(outcome instanceof Outcome.NotLeader n && n.why().contains("no other node"))) {
      assertFalse(outcome instanceof Rejected, outcome.toString());
      assertTrue(System.nanoTime() < deadline, outcome.toString());
      outcome = ask.get();
    }
    String why = ((Outcome.NotLeader) outcome).why();
    assertTrue(why.startsWith("history 1 has ended"), why);
  }
}
