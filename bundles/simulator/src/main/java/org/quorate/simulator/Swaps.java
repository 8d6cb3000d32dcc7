package org.quorate.simulator;

import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.quorate.api.Outcome.Committed;
import org.quorate.api.Outcome.Overloaded;
import org.quorate.core.log.Asked;
import org.quorate.core.replica.SwapRequest;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.consensus.ConsensusStrategy;

/** Operators who swap the strategy, give swaps up, and do not know of each other. */
final class Swaps {
  private static final int MOST_TRIES = 60;
  private static final long TRY_US = 250_000;

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
                  new SwapRequest(target.name(), Map.of(), Map.of(), timeoutMs, Asked.NEVER),
                  outcome -> {
                    world.trace("op", at.node() + " swap to " + target.name() + ": " + outcome);
                    if (outcome instanceof Overloaded busy && busy.limit().startsWith("swap ")) {
                      world.mark(Mark.SWAPS_AT_ONCE);
                    }
                    if (outcome instanceof Committed && rng.chance(0.3)) {
                      // A second operator, or the same one again, at once.
                      world.queue().after(rng.between(0, 3_000), () -> ask(at));
                    }
                  }));
    }
  }

  /**
   * Swaps until the group is three links further.
   *
   * @param from epoch of now
   * @param enough to end early
   * @param then when it has ended
   */
  void three(long from, BooleanSupplier enough, Runnable then) {
    again(from + 3, MOST_TRIES, enough, then);
  }

  private void again(long wanted, int tries, BooleanSupplier enough, Runnable then) {
    List<SimNode> up = world.nodes().stream().filter(SimNode::up).toList();
    long epoch =
        up.stream().mapToLong(n -> n.replica().log().chain().active().epoch()).max().orElse(0);
    if (epoch >= wanted || tries == 0 || enough.getAsBoolean()) {
      then.run();
      return;
    }
    boolean settled = up.stream().allMatch(n -> n.replica().log().chain().settled());
    if (settled && !up.isEmpty()) {
      swap(rng.pick(up), rng.pick(world.subject().strategies()), 10_000);
    }
    world.queue().after(TRY_US, () -> again(wanted, tries - 1, enough, then));
  }

  private void swap(SimNode at, ConsensusStrategy target, long timeoutMs) {
    at.request(
        r ->
            r.swap(
                new SwapRequest(target.name(), Map.of(), Map.of(), timeoutMs, Asked.NEVER),
                outcome ->
                    world.trace("op", at.node() + " swap to " + target.name() + ": " + outcome)));
  }

  private void abort(org.quorate.core.replica.Replica replica) {
    if (replica.log().chain().plan() != null) {
      replica.abortSwap(outcome -> world.trace("op", "abort the swap: " + outcome));
    }
  }
}
