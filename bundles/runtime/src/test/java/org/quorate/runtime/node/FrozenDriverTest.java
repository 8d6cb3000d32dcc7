package org.quorate.runtime.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.coordinator.swap.SwapMember;
import org.quorate.coordinator.swap.SwapPhase;
import org.quorate.coordinator.swap.SwapRecord;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.tck.coordination.SteadyUser;

/**
 * Who works on a swap freezes, and thaws when others have finished it, or have swapped back as well: one
 * process at each change that there is, on both providers. What they do late does nothing.
 */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class FrozenDriverTest {
  private static final SwapMember.Timing TIMING = new SwapMember.Timing(3_000, 60_000, 60_000);
  private static final String GROUP = "group";
  private static final String ZOOKEEPER = "zookeeper";

  /** More than there are changes. */
  private static final int PROCESSES = 30;

  @TempDir Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<FrozenProcess> processes = new ArrayList<>();
  private TestCluster cluster;
  private GroupAndZooKeeper places;

  @AfterEach
  void close() throws Exception {
    processes.forEach(FrozenProcess::end);
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

  private SwapMember member(String name, FrozenProcess process) throws Exception {
    processes.add(process);
    String node = "n" + processes.size();
    Coordinator records = await(places.records(node));
    LoopThread loop = new LoopThread(node);
    SwapMember member =
        new SwapMember(
                process.recordsIn(records),
                name,
                node,
                place -> process.with(places.place(place)),
                loop,
                TIMING)
            .start();
    open.add(0, loop);
    open.add(0, records);
    open.add(0, member);
    return member;
  }

  private SwapRecord last(SwapMember member) throws Exception {
    return await(member.last());
  }

  /** Who is swapped, by processes that freeze one after the other until one gets to the end. */
  private SwapRecord swapped(
      SwapMember user, String name, String to, Set<String> frozenAt, String refused)
      throws Exception {
    SwapRecord begun = await(user.swap(to, true, "ann"));
    for (int i = 0; i < PROCESSES; i++) {
      FrozenProcess process = new FrozenProcess(frozenAt, refused);
      SwapMember member = member(name, process);
      long deadline = System.nanoTime() + SECONDS.toNanos(60);
      while (!process.frozen().isDone() && System.nanoTime() < deadline) {
        SwapRecord last = last(user);
        if (last.phase().isOver() && last.left().isEmpty()) {
          assertEquals(begun.number(), last.number());
          member.close();
          return last;
        }
        TimeUnit.MILLISECONDS.sleep(5);
      }
      assertTrue(process.frozen().isDone(), "it hangs at " + last(user));
    }
    throw new AssertionError("there are no so many changes: " + frozenAt);
  }

  /** What was held goes through, and is refused. */
  private void thaw(FrozenProcess process) throws Exception {
    try {
      Object answer = await(process.thaw());
      throw new AssertionError(process.heldAt() + " was done late: " + answer);
    } catch (ExecutionException e) {
      Code code = ((CoordinationException) e.getCause()).code();
      Code expected = process.heldAt().startsWith("record") ? Code.CLOSED : Code.LOCK_LOST;
      boolean notAwaited = // longer than for a while: what it records then is refused before
          process.heldAt().equals("leave at " + ZOOKEEPER) && code == Code.CLOSED;
      // A take says first that something is kept.
      assertTrue(
          code == expected || notAwaited || code == Code.INVALID,
          process.heldAt() + ": " + e.getCause());
    }
  }

  private void thaw(int each, int rest) throws Exception {
    for (int i = 0; i < processes.size(); i++) {
      if (processes.get(i).heldAt() != null && i % each == rest) {
        thaw(processes.get(i));
      }
    }
  }

  private void assertAt(String serving, String empty) throws Exception {
    try (Movable at = (Movable) await(places.place(serving).open("looks", 9));
        Movable other = (Movable) await(places.place(empty).open("looks", 9))) {
      assertNotNull(await(at.get("n")));
      await(at.put("looked", Bytes.EMPTY));
      assertTrue(await(other.inventory()).isEmpty(), "something is left at " + empty);
    }
  }

  private void whoThawsDoesNothing(String from, String to) throws Exception {
    cluster = TestCluster.serving(folder.resolve("nodes"), 3);
    places = new GroupAndZooKeeper(cluster, folder.resolve("zk"), GROUP);
    Set<String> frozenAt = Collections.synchronizedSet(new LinkedHashSet<>());
    SwapMember one = member(from, FrozenProcess.idle());
    SteadyUser user = new SteadyUser(await(one.use("user")));
    SwapRecord givenUp = swapped(one, from, to, frozenAt, "take at " + to);
    assertEquals(SwapPhase.ABORTED, givenUp.phase(), givenUp.toString());
    SwapRecord moved = swapped(one, from, to, frozenAt, "nothing");
    assertEquals(SwapPhase.RETIRED, moved.phase(), moved.toString());
    for (String change : List.of("seal", "unseal", "leave", "retire")) {
      assertTrue(frozenAt.contains(change + " at " + from), frozenAt.toString());
    }
    for (String change : List.of("warm", "take", "retire")) {
      assertTrue(frozenAt.contains(change + " at " + to), frozenAt.toString());
    }
    for (SwapPhase phase : SwapPhase.values()) {
      boolean recorded = phase != SwapPhase.PLANNED;
      assertEquals(recorded, frozenAt.contains("record " + phase), frozenAt.toString());
    }
    thaw(2, 0);
    assertAt(to, from);
    assertEquals(moved, last(one));
    SwapRecord back = swapped(one, from, from, null, "nothing");
    assertEquals(SwapPhase.RETIRED, back.phase(), back.toString());
    thaw(2, 1);
    assertAt(from, to);
    assertEquals(back, last(one));
    user.check();
  }

  @Test
  void fromAGroupToZooKeeper() throws Exception {
    whoThawsDoesNothing(GROUP, ZOOKEEPER);
  }

  @Test
  void fromZooKeeperToAGroup() throws Exception {
    whoThawsDoesNothing(ZOOKEEPER, GROUP);
  }
}
