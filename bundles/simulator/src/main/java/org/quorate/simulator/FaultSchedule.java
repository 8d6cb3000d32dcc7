package org.quorate.simulator;

import java.util.ArrayList;
import java.util.List;
import org.quorate.core.replica.BusyLoop;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.engine.Rng;
import org.quorate.simulator.network.SimNetwork;
import org.quorate.spi.storage.StorageException.Kind;

/** Makes something break now and then, from the menu of the seed's plan, until it is stopped. */
final class FaultSchedule {
  private static final long BUSY_FROM_MS = 60;

  private final World world;
  private final Rng rng;
  private final List<Fault> menu;
  private final int[] weights;
  private final MembershipChanges memberships;
  private final ElectionStorm storm;
  private final Swaps swaps;
  private final SnapshotKill snapshotKill;
  private boolean stopped;

  /**
   * @param apart for what came later, so that all else of a seed is the same without
   */
  FaultSchedule(World world, Rng rng, MembershipChanges memberships, Rng apart) {
    this.world = world;
    this.rng = rng;
    menu = List.copyOf(world.plan().faults().keySet());
    weights = world.plan().faults().values().stream().mapToInt(Integer::intValue).toArray();
    this.memberships = memberships;
    this.storm = new ElectionStorm(world, rng.split());
    this.swaps = new Swaps(world, rng.split());
    this.snapshotKill = new SnapshotKill(world, apart);
  }

  void start() {
    stopped = false;
    next();
  }

  private void next() {
    world.queue().after(rng.around(world.plan().faultMeanMs()) * 1000, this::strike);
  }

  void stop() {
    stopped = true;
    storm.stop();
    snapshotKill.stop();
  }

  private void strike() {
    if (!stopped) {
      inject(menu.get(rng.weighted(weights)));
      next();
    }
  }

  private void inject(Fault fault) {
    SimNode node = rng.pick(world.nodes());
    world.trace("--", fault + " " + node.node());
    switch (fault) {
      case CRASH -> crash(node);
      case CRASH_IN_WRITE -> node.disk().faults().crashInBlockingCall(rng.between(0, 5));
      case CRASH_AFTER_SAVE -> node.crashAfterSave();
      case POWER_FAILURE -> {
        world.mark(Mark.POWER_FAILURE);
        world.nodes().forEach(this::crash);
      }
      case STORM -> {
        world.mark(Mark.STORM);
        storm.start();
      }
      case PAUSE -> pause(node);
      case ISOLATE -> isolate(node);
      case SPLIT -> split();
      case ONE_WAY -> oneWay(node);
      case PARTIAL -> cutBoth(node, rng.pick(world.nodes()));
      case BRIDGE -> bridge(node);
      case HEAL -> world.network().healAll();
      case RESET -> reset(node, rng.pick(world.nodes()));
      case SLOW_DISK -> slowDisk(node);
      case SYNC_ERROR -> diskError(node, () -> node.disk().faults().failNextSync(Kind.IO));
      case WRITE_ERROR -> diskError(node, () -> node.disk().faults().failNextBlocking(Kind.IO));
      case FULL_DISK -> fullDisk(node);
      case FLIP_LOG -> flip(node, true);
      case FLIP_STATE -> flip(node, false);
      case MEMBERSHIP -> memberships.change();
      case HAND_OVER -> memberships.handOver();
      case CHECKPOINT -> node.request(r -> r.checkpoint(() -> {}));
      case SWAP -> swaps.ask(node);
      case BUSY -> busy(node);
      case OVERSLEEP -> oversleep(node);
      case MOVE -> move(node);
      case KILL_IN_SNAPSHOT -> snapshotKill.arm();
    }
  }

  private void crash(SimNode node) {
    if (node.state() == SimNode.State.UP || node.state() == SimNode.State.STARTING) {
      node.crash("killed");
      world.restartLater(node);
    }
  }

  /** It is down until the group is three swaps further, or far too long. */
  private void oversleep(SimNode node) {
    if (node.up()) {
      swaps.three(
          node.replica().log().chain().active().epoch(), () -> stopped, () -> world.restart(node));
      node.crash("oversleeps");
    }
  }

  private void move(SimNode node) {
    boolean log = rng.chance(0.7);
    node.move(log, !log || rng.chance(0.6), rng.pick(List.of(500, 3_000, 20_000)));
  }

  private void pause(SimNode node) {
    if (node.up() && !node.frozen()) {
      world.mark(Mark.PAUSE);
      node.freeze();
      world.queue().after(rng.between(20_000, 4_000_000), node::thaw);
    }
  }

  /** Its loop works at one thing; the process tells the others so, as long as it is not stuck. */
  private void busy(SimNode node) {
    if (node.up() && !node.frozen()) {
      world.mark(Mark.BUSY);
      long limitMs = rng.between(200, 4_000);
      node.busy(new BusyLoop(BUSY_FROM_MS, limitMs));
      world.queue().after(rng.between(20_000, 6_000_000), node::thaw);
    }
  }

  // ---- network -----------------------------------------------------------------------------

  private void isolate(SimNode node) {
    world.nodes().forEach(other -> cutBoth(node, other));
  }

  private void split() {
    List<SimNode> one = new ArrayList<>();
    List<SimNode> two = new ArrayList<>();
    world.nodes().forEach(n -> (rng.chance(0.5) ? one : two).add(n));
    one.forEach(a -> two.forEach(b -> cutBoth(a, b)));
  }

  private void oneWay(SimNode node) {
    boolean out = rng.chance(0.5);
    for (SimNode other : world.nodes()) {
      if (other != node && rng.chance(0.7)) {
        world.mark(Mark.PARTITION);
        if (out) {
          world.network().cut(node.node(), other.node(), true);
        } else {
          world.network().cut(other.node(), node.node(), true);
        }
      }
    }
    healLater();
  }

  /** All are cut from each other but reach one in the middle. */
  private void bridge(SimNode middle) {
    for (SimNode a : world.nodes()) {
      for (SimNode b : world.nodes()) {
        if (a != middle && b != middle) {
          cutBoth(a, b);
        }
      }
    }
  }

  private void cutBoth(SimNode a, SimNode b) {
    if (a != b) {
      world.mark(Mark.PARTITION);
      SimNetwork network = world.network();
      network.cut(a.node(), b.node(), true);
      network.cut(b.node(), a.node(), true);
      healLater();
    }
  }

  private void healLater() {
    world
        .queue()
        .after(
            rng.between(100_000, 6_000_000),
            () -> {
              if (!stopped) {
                world.network().healAll();
              }
            });
  }

  private void reset(SimNode a, SimNode b) {
    if (a != b) {
      world.network().reset(a.node(), b.node());
    }
  }

  // ---- disks -------------------------------------------------------------------------------

  private void slowDisk(SimNode node) {
    node.disk().faults().slowness(rng.between(5, 300));
    world.queue().after(rng.between(200_000, 4_000_000), () -> node.disk().faults().slowness(1));
  }

  private void diskError(SimNode node, Runnable arm) {
    world.mark(Mark.DISK_ERROR);
    arm.run();
  }

  private void fullDisk(SimNode node) {
    world.mark(Mark.DISK_ERROR);
    if (rng.chance(0.5)) {
      node.disk().faults().failNextSync(Kind.FULL);
    } else {
      node.disk().faults().failNextBlocking(Kind.FULL);
    }
  }

  /** Damages durable data only where a quorum of every membership in force stays whole. */
  private void flip(SimNode node, boolean log) {
    if (node.broken() || !memberships.majorityWithout(node)) {
      return;
    }
    boolean done = log ? node.disk().flipLogByte() : node.disk().flipStateByte(World.GROUP);
    if (done) {
      world.mark(Mark.CORRUPTION);
      if (rng.chance(0.7)) {
        crash(node);
      }
    }
  }
}
