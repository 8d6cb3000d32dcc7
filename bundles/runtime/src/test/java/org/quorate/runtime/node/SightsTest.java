package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.Gtid;
import org.quorate.api.KeyRange;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvQuery;
import org.quorate.client.KvClient;
import org.quorate.kv.KvStateMachine;
import org.quorate.kv.KvStateMachineFactory;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateMachineFactory;

class SightsTest {
  private static final ReadOutcome ANSWER =
      new ReadOutcome.Answered(new Gtid(1, 7), Bytes.utf8("seen"));

  private final Sights sights = new Sights();
  private final List<Consumer<ReadOutcome>> reads = new ArrayList<>();
  private final List<String> told = new ArrayList<>();

  private void tell(long version) {
    sights.tell(
        version,
        (reached, answer) ->
            told.add(reached + " " + (answer == null ? "-" : answer.result().utf8())),
        reads::add);
  }

  @Test
  void tellsWithTheAnswerOrWithoutOne() {
    tell(5);
    tell(6);
    assertEquals(List.of(), told);
    reads.get(1).accept(new ReadOutcome.Unanswered(new Outcome.NotLeader(null, "unfit")));
    reads.get(0).accept(ANSWER);
    assertEquals(List.of("6 -", "5 seen"), told);
  }

  /** The replica that was asked is closed: nobody else would tell of the change. */
  @Test
  void whoWaitsForAnAnswerThatWillNotComeIsToldOnce() {
    tell(5);
    sights.end();
    assertEquals(List.of("5 -"), told);
    reads.get(0).accept(ANSWER);
    sights.end();
    assertEquals(List.of("5 -"), told);
  }

  /** Key-value machines whose answer to one query waits. */
  private record Gated(Bytes held, CountDownLatch asked, CountDownLatch gate)
      implements StateMachineFactory {
    @Override
    public String name() {
      return KvStateMachineFactory.NAME;
    }

    @Override
    public StateMachine create(Options options) {
      StateMachine kv = new KvStateMachine();
      return (StateMachine)
          Proxy.newProxyInstance(
              Gated.class.getClassLoader(),
              new Class<?>[] {StateMachine.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("query") && held.equals(arguments[1])) {
                  asked.countDown();
                  assertTrue(gate.await(60, TimeUnit.SECONDS), "the gate was not opened in 60 s");
                }
                return method.invoke(kv, arguments);
              });
    }
  }

  /** A worker is at what is to be read while the replica closes: nobody takes its answer. */
  @Test
  void aReplicaThatClosesTellsWhoWaitsForItsWorkers(@TempDir Path folder) throws Exception {
    Bytes key = Bytes.utf8("k");
    Bytes query = KvQuery.range(KeyRange.prefix(key), 10).encode();
    Gated machines = new Gated(query, new CountDownLatch(1), new CountDownLatch(1));
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (TestCluster cluster = TestCluster.start(folder, 1)) {
      NodeId node = cluster.nodes().get(0);
      cluster.stopNode(node);
      cluster.startNode(node, machines);
      cluster.client().bootstrap().await();
      cluster.leader();
      KvClient kv = new KvClient(cluster.client().group(TestCluster.GROUP.name()));
      long before = kv.put(key, Bytes.utf8("1")).await();
      cluster
          .node(node)
          .groups()
          .find(TestCluster.GROUP)
          .watch(
              List.of(KeyRange.single(key)),
              before,
              query,
              (version, answer) -> heard.add(version + " " + answer));
      try {
        final long changed = kv.put(key, Bytes.utf8("2")).await();
        assertTrue(machines.asked().await(60, TimeUnit.SECONDS), "nothing was read");
        assertNull(heard.peek());
        Services services = cluster.services(node);
        ConsensusStrategy strategy = cluster.strategyOf(node);
        CompletableFuture<Void> parked = services.remove(strategy);
        assertEquals(changed + " null", heard.poll(60, TimeUnit.SECONDS));
        machines.gate().countDown();
        parked.get(60, TimeUnit.SECONDS);
        assertNull(heard.peek());
        assertEquals(List.of(), cluster.broken);
      } finally {
        machines.gate().countDown();
      }
    }
  }
}
