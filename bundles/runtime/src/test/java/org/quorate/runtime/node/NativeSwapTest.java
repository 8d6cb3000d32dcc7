package org.quorate.runtime.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.coordinator.swap.SwapMember;
import org.quorate.coordinator.swap.SwapPhase;
import org.quorate.coordinator.swap.SwapPlan;
import org.quorate.coordinator.swap.SwapRecord;
import org.quorate.spi.coordination.Capability;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.tck.coordination.SteadyUser;

/** A coordinator goes from a group of three nodes to ZooKeeper and back while it is used. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class NativeSwapTest {
  private static final String NATIVE = "native:main";

  @TempDir Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();
  private TestCluster cluster;
  private GroupAndZooKeeper places;

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, SECONDS);
  }

  private SwapMember member(String node) throws Exception {
    Coordinator records = await(places.records(node));
    LoopThread loop = new LoopThread(node);
    SwapMember member =
        new SwapMember(
                records,
                NATIVE,
                node,
                places::place,
                loop,
                new SwapMember.Timing(3_000, 60_000, 60_000))
            .start();
    open.addAll(List.of(member, records, loop));
    return member;
  }

  private static SwapRecord over(SwapMember member, SwapRecord begun) throws Exception {
    SwapRecord last = await(member.last());
    long deadline = System.nanoTime() + SECONDS.toNanos(90);
    while (!last.phase().isOver() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(10);
      last = await(member.last());
    }
    assertEquals(begun.number(), last.number());
    assertEquals(SwapPhase.RETIRED, last.phase(), last.toString());
    return last;
  }

  @Test
  void itGoesThereAndBackUnderLoad() throws Exception {
    cluster = TestCluster.serving(folder.resolve("nodes"), 3);
    places = new GroupAndZooKeeper(cluster, folder.resolve("zk"), NATIVE);
    SwapMember one = member("n1");
    SwapMember two = member("n2");
    SteadyUser first = new SteadyUser(await(one.use("first")));
    Coordinator second = await(two.use("second"));
    SwapPlan plan = await(two.plan("zk"));
    assertTrue(plan.possible(), plan.toString());
    assertEquals(Set.of(Capability.OLD_REVISIONS), plan.lost());
    over(one, await(two.swap("zk", true, "ann")));
    assertTrue(await(second.get("n")) != null);
    assertEquals(3, over(two, await(one.swap(NATIVE, false, "ann"))).epoch());
    first.check();
    assertTrue(await(second.get("protected")) != null);
  }
}
