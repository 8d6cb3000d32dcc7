package org.quorate.simulator;

import java.util.List;
import org.quorate.api.NodeId;
import org.quorate.simulator.engine.Rng;

/**
 * A few seconds in which it is contested who leads, where a protocol has such a thing. Three ways,
 * all without knowing the protocol: the nodes reach each other only over one in the middle, which
 * dies as soon as a vote or the like has reached its candidate, and is back at once; who takes proposals is
 * killed again and again; who takes them is cut off, gathers more, and is killed as it comes back.
 */
final class ElectionStorm {
  private final World world;
  private final Rng rng;
  private int left;

  ElectionStorm(World world, Rng rng) {
    this.world = world;
    this.rng = rng;
  }

  /** Begins one, unless one is going on. */
  void start() {
    if (left == 0) {
      left = rng.between(6, 24);
      int way = rng.weighted(new int[] {4, 1, 1});
      if (way == 0) {
        next(1_500_000, this::duel);
      } else {
        next(400_000, way == 1 ? this::kill : this::cutAndKill);
      }
    }
  }

  /** Ends it. */
  void stop() {
    left = 0;
  }

  private void next(long longest, Runnable round) {
    world
        .queue()
        .after(
            rng.between(5_000, longest),
            () -> {
              if (left > 0) {
                left--;
                round.run();
                next(longest, round);
              }
            });
  }

  /** The others reach one alone; it forgets what it kept in memory as soon as it has promised. */
  private void duel() {
    SimNode middle = rng.pick(world.nodes());
    for (SimNode a : world.nodes()) {
      for (SimNode b : world.nodes()) {
        world.network().cut(a.node(), b.node(), a != b && a != middle && b != middle);
      }
    }
    middle.crash("in the middle of a duel");
    world
        .queue()
        .after(
            rng.between(20_000, 800_000),
            () -> {
              world.restart(middle);
              if (left > 0) {
                middle.watch().afterSave(to -> saved(middle, to));
              }
            });
  }

  private void saved(SimNode middle, NodeId promisedTo) {
    if (promisedTo == null) {
      middle.watch().afterSave(to -> saved(middle, to));
    } else if (left > 0) {
      world.whenReceived(
          middle.node(), promisedTo, middle.ofThisProcess(() -> amnesia(middle, promisedTo)));
    }
  }

  private void amnesia(SimNode middle, NodeId promisedTo) {
    if (world.healing()) {
      return;
    }
    middle.crash("has promised to " + promisedTo);
    world.network().cut(middle.node(), promisedTo, true);
    world.network().cut(promisedTo, middle.node(), true);
    world.restartAfter(middle, rng.between(50, 1_000));
    world
        .queue()
        .after(
            rng.between(10_000, 400_000),
            () -> {
              if (!world.healing()) { // all is healed then, but for what stays broken for good
                world.network().cut(middle.node(), promisedTo, false);
                world.network().cut(promisedTo, middle.node(), false);
              }
            });
  }

  private void kill() {
    List<SimNode> proposers =
        world.nodes().stream().filter(n -> n.up() && n.linkStatus().proposer()).toList();
    if (!proposers.isEmpty()) {
      strike(rng.pick(proposers));
    }
  }

  private void cutAndKill() {
    List<SimNode> proposers =
        world.nodes().stream().filter(n -> n.up() && n.linkStatus().proposer()).toList();
    if (proposers.isEmpty()) {
      return;
    }
    SimNode node = rng.pick(proposers);
    for (SimNode other : world.nodes()) {
      if (other != node && rng.chance(0.8)) {
        world.network().cut(node.node(), other.node(), true);
      }
    }
    world
        .queue()
        .after(
            rng.between(5_000, 200_000),
            () -> {
              if (left > 0) {
                strike(node);
                world.network().healAll();
              }
            });
  }

  private void strike(SimNode node) {
    if (node.up()) {
      node.crash("killed in a storm");
      world.restartAfter(node, rng.between(200, 100_000));
    }
  }
}
