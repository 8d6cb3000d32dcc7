package org.quorate.tck.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.quorate.api.GroupId;
import org.quorate.core.snapshot.SnapshotHost;
import org.quorate.core.storage.ReplicaStores;
import org.quorate.core.storage.StorageMark;
import org.quorate.core.storage.StorageMove;
import org.quorate.simulator.disk.SimDisk;
import org.quorate.simulator.engine.EventQueue;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;

/** On threads: a link is closed and deleted while a worker is opening the mirror of it. */
class RetireDuringMoveTest {
  private static final GroupId GROUP = GroupId.of("g");
  private static final long LIMIT_MS = 30_000;

  private final CountDownLatch mirrorIsOpen = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final AtomicInteger steps = new AtomicInteger();
  private final AtomicReference<Throwable> wrong = new AtomicReference<>();

  @Test
  void theDeletionWaitsAndNothingIsLeft() throws InterruptedException {
    SimDisk from = disk("old");
    SimDisk to = disk("new");
    ReplicaStores stores = new ReplicaStores(GROUP, from.logs(), from.states());
    TestLoop loop = new TestLoop();
    LogStorage target = SteppedStorages.logs(to.logs(), this::step);
    StorageMove move =
        new StorageMove(
            stores, target, null, new Unwritten(), new Unused(), loop, this::thread, (p, w) -> {});
    final LinkStore link = stores.logs().open(GROUP, 2, loop);
    move.start(0, Long.MAX_VALUE);
    loop.runUntil(() -> move.phase() == StorageMove.Phase.COPYING_LOG);
    assertTrue(mirrorIsOpen.await(LIMIT_MS, TimeUnit.MILLISECONDS), "no mirror was opened");

    link.close();
    Thread deleting = thread(() -> stores.logs().delete(GROUP, 2));
    try {
      for (long end = System.nanoTime() + LIMIT_MS * 1_000_000;
          deleting.getState() != Thread.State.BLOCKED; ) {
        assertTrue(deleting.isAlive(), "it did not wait: " + wrong.get());
        assertTrue(System.nanoTime() < end, "it neither waits nor ends: " + deleting.getState());
        Thread.onSpinWait();
      }
      assertEquals(List.of(2L), to.logs().links(GROUP));
    } finally {
      goOn.countDown();
    }
    deleting.join(LIMIT_MS);
    assertFalse(deleting.isAlive());
    assertNull(wrong.get());
    assertEquals(List.of(), from.logs().links(GROUP));
    assertEquals(List.of(), to.logs().links(GROUP));
  }

  private static SimDisk disk(String name) {
    return new SimDisk(new EventQueue(), new Rng(1), name, new SteppedStorages.Quiet(), null);
  }

  private Thread thread(Runnable task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (RuntimeException | Error e) {
                wrong.set(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** First before, then after the mirror is opened; then of the deletion. */
  private void step() {
    if (steps.incrementAndGet() == 2) {
      mirrorIsOpen.countDown();
      try {
        assertTrue(goOn.await(LIMIT_MS, TimeUnit.MILLISECONDS), "held for ever");
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static final class Unwritten implements StorageMark {
    @Override
    public void begin() {}

    @Override
    public void switched() {}

    @Override
    public void cleared() {}
  }

  /** A move of the log alone needs nothing of the replica until it is level. */
  private static final class Unused implements StorageMove.Host {
    @Override
    public void atRest(SnapshotHost.ImageUser user) {
      throw new AssertionError();
    }

    @Override
    public boolean suspendSnapshots() {
      throw new AssertionError();
    }

    @Override
    public void resumeSnapshots() {
      throw new AssertionError();
    }

    @Override
    public boolean sendingSnapshots() {
      throw new AssertionError();
    }

    @Override
    public void checkpoint() {
      throw new AssertionError();
    }

    @Override
    public void failed(String why, Throwable cause) {
      throw new AssertionError(why, cause);
    }
  }
}
