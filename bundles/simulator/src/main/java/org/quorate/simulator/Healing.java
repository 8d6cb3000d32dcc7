package org.quorate.simulator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.quorate.simulator.engine.Rng;

/**
 * Ends the faults: a quorum is made whole. In some seeds one node stays dead, or able to send and
 * not to receive, for ever (after TigerBeetle's VOPR).
 */
final class Healing {
  private final World world;
  private final MembershipChanges memberships;
  private final Rng rng;
  private SimNode crippled;
  private boolean deaf;

  Healing(World world, MembershipChanges memberships, Rng rng) {
    this.world = world;
    this.memberships = memberships;
    this.rng = rng;
  }

  /** May come again after more faults. */
  void heal() {
    if (crippled == null && world.plan().cripple()) {
      crippled = choose();
      deaf = rng.chance(0.5);
    }
    world.heal();
    if (crippled != null) {
      cripple();
    }
    for (SimNode node : world.nodes()) {
      if (memberships.mayBeMember(node)) {
        world.restart(node);
      }
    }
  }

  private SimNode choose() {
    List<SimNode> order = new ArrayList<>(world.nodes());
    Collections.rotate(order, rng.between(0, order.size() - 1));
    return order.stream().filter(memberships::majorityWithout).findFirst().orElse(null);
  }

  private void cripple() {
    world.trace("--", "crippled " + crippled.node());
    if (deaf) {
      world.nodes().stream()
          .filter(n -> n != crippled)
          .forEach(n -> world.network().cut(n.node(), crippled.node(), true));
    } else {
      crippled.crash("for good");
    }
    crippled.cripple();
  }
}
