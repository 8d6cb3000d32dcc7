package org.quorate.cli.bench.coord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.coordinator.swap.SwapMember;
import org.quorate.coordinator.zk.ZooKeeperProvider;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.kit.LoopThread;

/** Short swaps between two roots of an embedded ZooKeeper server. */
class CoordSwapsTest {
  private static final SwapMember.Timing TIMING = new SwapMember.Timing(5_000, 60_000, 60_000);

  @TempDir Path folder;
  private final ZooKeeperProvider provider = new ZooKeeperProvider();
  private final List<AutoCloseable> opened = new ArrayList<>();

  private CompletionStage<Coordinator> open(String root, String user, long epoch) {
    Map<String, String> options =
        Map.of("coordinator.zk.dir", folder.toString(), "coordinator.zk.root", "/" + root);
    return provider.open(user, epoch, new Options(options));
  }

  private CoordinatorPlace place(String name) {
    return new CoordinatorPlace() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public CompletionStage<Coordinator> open(String client, long epoch) {
        return CoordSwapsTest.this.open(name, client, epoch);
      }
    };
  }

  private SwapMember member(String node) throws Exception {
    Coordinator records = SwapLoad.await(open("system", node, 1));
    LoopThread loop = new LoopThread(node);
    SwapMember member = new SwapMember(records, "here", node, this::place, loop, TIMING).start();
    opened.addAll(0, List.of(member, ended(records), loop));
    return member;
  }

  private static AutoCloseable ended(Coordinator coordinator) {
    return () -> SwapLoad.await(coordinator.shutdown());
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    folderIsLeft();
  }

  /** The server ends behind the last who uses it, and writes into the folder until then. */
  private void folderIsLeft() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    try (FileChannel lock =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (!locked(lock)) {
        assertTrue(System.nanoTime() < end, "a server has the folder still");
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  private static boolean locked(FileChannel file) throws IOException {
    try {
      return file.tryLock() != null;
    } catch (OverlappingFileLockException held) {
      return false;
    }
  }

  @Test
  void swapsUnderLoadFailNothingAndAreMeasured() throws Exception {
    SwapMember one = member("one");
    List<Coordinator> users = new ArrayList<>();
    for (SwapMember member : List.of(one, member("two"))) {
      Coordinator user = SwapLoad.await(member.use("user"));
      users.add(user);
      opened.add(0, ended(user));
    }
    List<Integer> told = new ArrayList<>();
    CoordSwaps.Plan plan = new CoordSwaps.Plan(3, "here", "there", 2, 0.2, 0.2);
    CoordSwaps.Report report = CoordSwaps.run(plan, one, users, r -> told.add(r.number()));
    assertNull(report.firstFailure());
    assertEquals(0, report.failed());
    assertEquals(0, report.wrong());
    assertEquals(List.of(1, 2, 3), told);
    assertEquals(3, SwapLoad.await(one.last()).number());
    assertEquals("there", one.serving());
    for (CoordSwaps.Round round : report.rounds()) {
      String text = round.toString();
      assertTrue(round.pauses().write() > 0 && round.pauses().read() > 0, text);
      assertTrue(round.pauses().handOver() > 0, text);
      assertTrue(0 < round.switchedMs() && round.switchedMs() <= round.retiredMs(), text);
    }
    assertEquals("there", report.rows().get(0).to());
    assertEquals("here", report.rows().get(report.rows().size() - 1).to());
  }
}
