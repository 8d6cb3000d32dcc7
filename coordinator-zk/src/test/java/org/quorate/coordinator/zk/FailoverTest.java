package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.failover.Events;
import org.quorate.failover.FailoverParameters;
import org.quorate.failover.Operators;
import org.quorate.failover.Registry;
import org.quorate.failover.Self;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.spi.failover.ClusterMode;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverLimits;
import org.quorate.spi.failover.FailoverWork;
import org.quorate.spi.failover.ShardState;
import org.quorate.spi.failover.TakeoverHandler;
import org.quorate.spi.failover.WorkSpec;

/** The failover registry of two processes whose coordinator is a ZooKeeper server. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailoverTest {
  @TempDir Path folder;
  private final ZooKeeperProvider provider = new ZooKeeperProvider();
  private final CompletableFuture<String> taken = new CompletableFuture<>();

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private Coordinator open(String name) throws Exception {
    Map<String, String> options = Map.of("coordinator.zk.dir", folder.resolve("data").toString());
    return await(provider.open(name, 1, new Options(options)));
  }

  private final class Process implements TakeoverHandler, AutoCloseable {
    final LoopThread loop;
    final Registry registry;

    Process(Coordinator coordinator, String name) throws Exception {
      loop = new LoopThread(name);
      CountDownLatch registered = new CountDownLatch(1);
      registry =
          new Registry(
              coordinator,
              Operators.ROOT,
              FailoverParameters.settings(Options.DEFAULTS),
              new Self(name, "127.0.0.1", 1),
              loop,
              Runnable::run,
              (kind, text) -> {
                if (kind == Events.Kind.REGISTERED) {
                  registered.countDown();
                }
              });
      registry.add(this);
      registry.start();
      assertTrue(registered.await(60, TimeUnit.SECONDS), name + " is not registered after 60 s");
    }

    @Override
    public String type() {
      return WorkSpec.DDL;
    }

    @Override
    public CompletionStage<Void> takeOver(FailoverWork work) {
      return work.content()
          .thenCompose(content -> took(work, content))
          .thenCompose(ok -> work.setStatus("n2", ShardState.FAILED));
    }

    private CompletionStage<Void> took(FailoverWork work, Bytes content) {
      taken.complete(work.record().table() + " " + work.token() + " " + content.length());
      return work.setStatus("n1", ShardState.COMMITTED);
    }

    FailoverWork begin(String table) throws Exception {
      FailoverWork work = await(registry.begin(WorkSpec.of(WorkSpec.DDL, "db", table)));
      await(work.addLock("db/" + table));
      await(work.setContent(Bytes.wrap(new byte[FailoverLimits.CONTENT_BYTES])));
      await(work.setStatus("n1", ShardState.SENT));
      return work;
    }

    /** As if it were killed: its session ends by its lease. */
    void die() {
      loop.close();
    }

    @Override
    public void close() throws Exception {
      await(registry.shutdown());
      loop.close();
    }
  }

  private static Code refused(CompletionStage<?> stage) {
    ExecutionException e = assertThrows(ExecutionException.class, () -> await(stage));
    return ((FailoverException) e.getCause()).code();
  }

  @Test
  void whatADeadProcessBeganIsFinishedByAnother() throws Exception {
    try (Coordinator one = open("one");
        Coordinator two = open("two");
        Process a = new Process(one, "a")) {
      final Process b = new Process(two, "b");
      FailoverWork done = a.begin("t0");
      assertEquals(2, await(b.registry.nodes()).size());
      assertEquals(List.of("db/t0"), await(b.registry.detail(done.id())).record().locks());
      FailoverWork second = await(a.registry.begin(WorkSpec.of(WorkSpec.DDL, "db", "t0")));
      assertEquals(Code.LOCKED, refused(second.addLock("db/t0")));
      await(second.complete());
      assertEquals(Code.IN_USE, refused(b.registry.deleteForce(done.id(), false)));
      await(done.complete());
      await(b.registry.switchMode(ClusterMode.READONLY));
      assertEquals(
          Code.READ_ONLY, refused(a.registry.begin(WorkSpec.of(WorkSpec.DDL, "db", "t0"))));
      await(b.registry.switchMode(ClusterMode.NORMAL));

      FailoverWork half = b.begin("t1");
      b.die();
      assertEquals("t1 1 " + FailoverLimits.CONTENT_BYTES, await(taken));
      while (!await(a.registry.records()).isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertEquals(List.of("n2"), await(a.registry.events(null, 16)).get(0).behind());
      await(a.registry.repaired(half.id(), null));
      for (String path : List.of("fo/rec", "fo/lock", "fo-content", "fo-event")) {
        assertEquals(List.of(), await(one.range(RangeQuery.of(Scope.tree(path)))).entries());
      }
    }
  }
}
