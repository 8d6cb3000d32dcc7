package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.failover.Events;
import org.quorate.failover.FailoverParameters;
import org.quorate.failover.Registry;
import org.quorate.failover.Self;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverLimits;
import org.quorate.spi.failover.FailoverWork;
import org.quorate.spi.failover.ShardState;
import org.quorate.spi.failover.TakeoverHandler;
import org.quorate.spi.failover.WorkSpec;

/** The failover registry on the native coordinator of three nodes. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailoverTest {
  @TempDir Path folder;

  private final List<Process> processes = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> taken = new ConcurrentLinkedQueue<>();
  private ClusterFixture fixture;

  private final class Process {
    final Coordinator coordinator;
    final LoopThread loop;
    final Registry registry;

    Process(String name) throws Exception {
      this(name, fixture.open(name));
    }

    Process(String name, Coordinator coordinator) throws Exception {
      this.coordinator = coordinator;
      loop = new LoopThread("failover-" + name);
      CountDownLatch registered = new CountDownLatch(1);
      Options options = new Options(Map.of("fo.hb.ms", "1000", "fo.lease.ms", "6000"));
      registry =
          new Registry(
              coordinator,
              "fo",
              FailoverParameters.settings(options),
              new Self(name, "127.0.0.1", 1),
              loop,
              Runnable::run,
              (kind, text) -> {
                if (kind == Events.Kind.REGISTERED) {
                  registered.countDown();
                }
              });
      registry.add(new Finishing(name));
      registry.start();
      processes.add(this);
      assertTrue(registered.await(30, TimeUnit.SECONDS), name + " is not registered after 30 s");
    }

    void kill() throws Exception {
      processes.remove(this);
      loop.close();
      fixture.kill(coordinator);
    }

    FailoverWork begin(String table) throws Exception {
      FailoverWork work = get(registry.begin(WorkSpec.of("ddl", "db", table)));
      get(work.addLock("db/" + table));
      get(work.setContent(Bytes.wrap(new byte[FailoverLimits.CONTENT_BYTES])));
      get(work.setStatus("n1", ShardState.SENT));
      return work;
    }
  }

  private final class Finishing implements TakeoverHandler {
    private final String name;

    Finishing(String name) {
      this.name = name;
    }

    @Override
    public String type() {
      return "ddl";
    }

    @Override
    public CompletionStage<Void> takeOver(FailoverWork work) {
      return work.content()
          .thenCompose(
              content -> {
                taken.add(
                    name
                        + " "
                        + work.record().table()
                        + " "
                        + work.token()
                        + " "
                        + content.length());
                return work.setStatus("n1", ShardState.COMMITTED);
              });
    }
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() {
    for (Process process : processes) {
      process.registry.close();
      process.coordinator.close();
      process.loop.close();
    }
    if (fixture != null) {
      fixture.close();
    }
  }

  @Test
  void whatADeadProcessBeganIsFinishedByAnotherAlsoWhileTheGroupFailsOver() throws Exception {
    fixture = new ClusterFixture(folder, "raft");
    final Process a = new Process("a");
    final Process b = new Process("b");
    final Process c = new Process("c");
    assertEquals(3, get(c.registry.nodes()).size());
    FailoverWork done = a.begin("t0");
    get(done.complete());
    assertEquals(List.of(), get(b.registry.records()));
    FailoverWork first = c.begin("t1");
    c.kill();
    TestCluster.await("t1 to be finished", () -> empty(a));
    String content = " 1 " + FailoverLimits.CONTENT_BYTES;
    assertTrue(
        taken.contains("a t1" + content) || taken.contains("b t1" + content), taken::toString);
    assertEquals(1, taken.size(), taken::toString);
    b.begin("t2");
    b.kill();
    fixture.failOver();
    TestCluster.await("t2 to be finished", () -> empty(a));
    assertTrue(taken.contains("a t2" + content), taken::toString);
    assertTrue(first.id() > done.id());
    nothingIsBegunWithoutQuorum(a);
    fixture.heal();
  }

  /** C4.12: two of three servers are gone. What is under way ends when one of them is back. */
  private void nothingIsBegunWithoutQuorum(Process a) throws Exception {
    Process d = new Process("d", fixture.open("d", 3_000));
    FailoverWork work = a.begin("t3");
    fixture.loseQuorum();
    CompletionStage<FailoverWork> begun = d.registry.begin(WorkSpec.of("ddl", "db", "t4"));
    ExecutionException e =
        assertThrows(
            ExecutionException.class, () -> begun.toCompletableFuture().get(60, TimeUnit.SECONDS));
    Code code = ((FailoverException) e.getCause()).code();
    // Its lease may have run out while the other node stopped.
    assertTrue(Set.of(Code.NO_QUORUM, Code.NOT_REGISTERED).contains(code), code::toString);
    fixture.returns();
    work.complete(); // its own, or by now a takeover's
    TestCluster.await("t3 and t4 to be gone", () -> empty(a));
    TestCluster.await("something to be begun", () -> begins(a));
    TestCluster.await("nothing to be left", () -> empty(a));
  }

  private static boolean begins(Process process) {
    try {
      get(get(process.registry.begin(WorkSpec.of("ddl", "db", "t5"))).complete());
      return true;
    } catch (Exception e) {
      return false;
    }
  }

  private static boolean empty(Process process) {
    try {
      return get(process.registry.records()).isEmpty();
    } catch (Exception e) {
      return false;
    }
  }
}
