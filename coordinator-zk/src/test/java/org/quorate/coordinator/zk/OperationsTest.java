package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.operations.OperationParameters;
import org.quorate.operations.Operations;
import org.quorate.operations.Operators;
import org.quorate.operations.Self;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.spi.operations.CatchUp;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.Participant;

/** Cluster operations of two nodes whose coordinator is a ZooKeeper server. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OperationsTest {
  private static final Map<String, String> PARAMETERS =
      Map.of("op.lease.ms", "60000", "op.hb.ms", "5000");

  @TempDir Path folder;
  private final ZooKeeperProvider provider = new ZooKeeperProvider();

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private Coordinator open(String name, Link link) throws Exception {
    Map<String, String> options = Map.of("coordinator.zk.connect", link.address());
    return await(provider.open(name, 1, new Options(options)));
  }

  /** A node, and what it was told last. */
  private static final class Node implements Participant, AutoCloseable {
    final LoopThread loop;
    final Operations operations;
    final CountDownLatch came = new CountDownLatch(1);
    volatile CompletableFuture<String> prepares = CompletableFuture.completedFuture("ready");
    volatile CountDownLatch asked = new CountDownLatch(1);
    volatile Map<String, String> changes = Map.of();

    Node(Coordinator coordinator, String name) throws Exception {
      loop = new LoopThread(name);
      operations =
          new Operations(
              coordinator,
              Operators.ROOT,
              OperationParameters.settings(new Options(PARAMETERS)),
              new Self(name, name),
              this,
              loop,
              Runnable::run,
              (kind, text) -> {});
      operations.start();
      assertTrue(came.await(60, TimeUnit.SECONDS), name + " is not online after 60 s");
    }

    @Override
    public CompletionStage<String> prepare(Operation operation) {
      asked.countDown();
      return prepares;
    }

    @Override
    public CompletionStage<String> execute(Operation operation) {
      return CompletableFuture.completedStage("done");
    }

    @Override
    public CompletionStage<Void> complete(Operation operation, Decision decision) {
      changes = operation.spec().changes();
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void offline(String why) {
      prepares = CompletableFuture.completedFuture("ready");
    }

    @Override
    public CompletionStage<Void> catchUp(CatchUp state) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void online() {
      came.countDown();
    }

    @Override
    public void close() throws Exception {
      await(operations.shutdown());
      loop.close();
    }
  }

  @Test
  void operationsOfTwoNodesEndAndLeaveNothing() throws Exception {
    try (EmbeddedServer server = new EmbeddedServer(folder, 0);
        Link link = new Link(server.port());
        Coordinator one = open("one", link);
        Coordinator two = open("two", link);
        Node n1 = new Node(one, "n1");
        Node n2 = new Node(two, "n2")) {
      committed(n1, OperationSpec.ddl("shop.orders", "alter table orders"));
      committed(n2, OperationSpec.cut());
      committed(n1, OperationSpec.reload(Map.of("conf/db", "1", "conf/user", "1")));
      committed(n2, OperationSpec.reload(Map.of("conf/db", "2")));
      assertEquals("2", await(one.get(Operators.ROOT + "/conf/db")).value().utf8());
      committed(n1, OperationSpec.rollback());
      assertEquals("1", await(two.get(Operators.ROOT + "/conf/db")).value().utf8());
      assertEquals(Map.of("conf/db", "1"), n2.changes);
      committed(n2, OperationSpec.dropView("shop:unknown"));

      n2.asked = new CountDownLatch(1);
      n2.prepares = new CompletableFuture<>();
      CompletionStage<Operation> run = n1.operations.run(OperationSpec.ddl("shop.t", "alter"));
      assertTrue(n2.asked.await(60, TimeUnit.SECONDS), "n2 was not asked");
      awaitSilence(link);
      await(n1.operations.remove("n2"));
      Operation done = await(run);
      assertEquals(Decision.COMMITTED, done.decision());
      assertEquals(List.of("n2"), done.gone());
      assertEquals(List.of(), await(n1.operations.operations()));
      assertEquals(List.of(), await(one.locks(Scope.tree(Operators.ROOT))));
    }
  }

  /** While one does not answer nobody asks for anything, but to keep leases and sessions. */
  private static void awaitSilence(Link link) throws InterruptedException {
    for (int tries = 0; tries < 30; tries++) {
      int before = link.requests();
      TimeUnit.SECONDS.sleep(1);
      if (link.requests() == before) {
        return;
      }
    }
    throw new AssertionError("somebody polls");
  }

  private static void committed(Node node, OperationSpec spec) throws Exception {
    Operation done = await(node.operations.run(spec));
    assertEquals(Decision.COMMITTED, done.decision(), done::toString);
    assertEquals(List.of("n1", "n2"), List.copyOf(done.answers().keySet()), done::toString);
  }
}
