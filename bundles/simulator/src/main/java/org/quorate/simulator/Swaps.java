package org.quorate.simulator;

import java.util.List;
import java.util.Map;
import org.quorate.api.Outcome.Committed;
import org.quorate.core.replica.SwapRequest;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.consensus.ConsensusStrategy;

/** Operators who swap the strategy, give swaps up, and do not know of each other. */
final class Swaps {
  private final World world;
  private final Rng rng;

  Swaps(World world, Rng rng) {
    this.world = world;
    this.rng = rng;
  }

  /** One asks at the node that takes proposals, or at another one. */
  void ask(SimNode other) {
    List<SimNode> proposers =
        world.nodes().stream().filter(n -> n.up() && n.linkStatus().proposer()).toList();
    SimNode at = proposers.isEmpty() || rng.chance(0.1) ? other : rng.pick(proposers);
    if (rng.chance(0.1)) {
      at.request(this::abort);
    } else {
      ConsensusStrategy target = rng.pick(world.subject().strategies());
      long timeoutMs = rng.pick(List.of(300, 2_000, 10_000));
      at.request(
          r ->
              r.swap(
                  new SwapRequest(target.name(), Map.of(), Map.of(), timeoutMs),
                  outcome -> {
                    world.trace("op", at.node() + " swap to " + target.name() + ": " + outcome);
                    if (outcome instanceof Committed && rng.chance(0.3)) {
                      // A second operator, or the same one again, at once.
                      world.queue().after(rng.between(0, 3_000), () -> ask(at));
                    }
                  }));
    }
  }

  private void abort(org.quorate.core.replica.Replica replica) {
    if (replica.log().chain().plan() != null) {
      replica.abortSwap(outcome -> world.trace("op", "abort the swap: " + outcome));
    }
  }
}
