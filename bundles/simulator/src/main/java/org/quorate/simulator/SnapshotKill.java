package org.quorate.simulator;

import org.quorate.api.NodeId;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.engine.Rng;

/**
 * Kills who gives or who gets a snapshot, at one of the steps that both take: as a frame of it arrives, or
 * while a worker does what follows from that (a piece is read or written, the file is completed, the
 * state is replaced).
 */
final class SnapshotKill {
  /** A snapshot of the simulation has hardly more frames. */
  private static final int LATEST_FRAME = 16;

  private final World world;
  private final Rng rng;
  private int framesLeft;

  SnapshotKill(World world, Rng rng) {
    this.world = world;
    this.rng = rng;
  }

  /** Some frame from now on. */
  void arm() {
    framesLeft = rng.between(1, LATEST_FRAME);
    world.whenSnapshotFrame(this::frame);
  }

  void stop() {
    framesLeft = 0;
  }

  private void frame(NodeId from, NodeId to) {
    if (framesLeft > 0 && --framesLeft == 0) {
      SimNode victim = world.node(rng.chance(0.5) ? from : to);
      long delayUs = rng.chance(0.3) ? 0 : rng.between(1, 10_000);
      world.queue().after(delayUs, victim.ofThisProcess(() -> kill(victim)));
    }
  }

  private void kill(SimNode victim) {
    if (!world.healing()) {
      world.mark(Mark.KILL_IN_SNAPSHOT);
      victim.crash("in a snapshot");
      world.restartLater(victim);
    }
  }
}
