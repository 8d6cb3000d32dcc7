package org.quorate.simulator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome.Committed;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.engine.Rng;
import org.quorate.simulator.invariant.Step;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/** An operator who changes members one at a time and asks for hand-overs. */
final class MembershipChanges {
  private final World world;
  private final Rng rng;
  private final List<Membership> asked = new ArrayList<>();
  private Membership certain;

  MembershipChanges(World world, Rng rng) {
    this.world = world;
    this.rng = rng;
    this.certain = world.config().genesis();
  }

  private Optional<SimNode> proposer() {
    List<SimNode> found =
        world.nodes().stream().filter(n -> n.up() && n.linkStatus().proposer()).toList();
    return found.isEmpty() ? Optional.empty() : Optional.of(rng.pick(found));
  }

  /** Whether a node is in one of the memberships that may come out. */
  boolean mayBeMember(SimNode node) {
    return possible().stream().anyMatch(m -> m.find(node.node()).isPresent());
  }

  /** The membership by the working node that knows most decisions. */
  Membership effective() {
    return world.nodes().stream()
        .filter(n -> n.up() && !n.crippled())
        .max(
            Comparator.comparingLong((SimNode n) -> n.replica().log().chain().active().epoch())
                .thenComparingLong(n -> n.linkStatus().decided()))
        .map(n -> n.linkStatus().membership())
        .orElse(certain);
  }

  /** The members with data, by their stores, of which more is expected than to stay dead or damaged. */
  List<SimNode> working() {
    Membership membership = effective();
    return world.nodes().stream()
        .filter(n -> !n.crippled() && n.state() != SimNode.State.BROKEN)
        .filter(n -> sameStore(membership, n) && !world.witness(n))
        .toList();
  }

  /** The last one certain, and all that may have come after it. */
  private List<Membership> possible() {
    List<Membership> all = new ArrayList<>(asked);
    world.nodes().stream()
        .map(SimNode::linkStatus)
        .filter(s -> s != null)
        .map(LinkStatus::membership)
        .filter(m -> m.version() > certain.version())
        .forEach(all::add);
    all.add(certain);
    return all;
  }

  private void certain(Membership membership) {
    if (membership.version() > certain.version()) {
      certain = membership;
      asked.removeIf(m -> m.version() <= certain.version());
    }
  }

  /** Whether a majority would stay whole if a node were damaged, whatever membership comes out. */
  boolean majorityWithout(SimNode node) {
    return possible().stream().allMatch(m -> majority(m, node));
  }

  private boolean majority(Membership membership, SimNode without) {
    return majority(membership, without, Set.of(Role.VOTER, Role.WITNESS))
        && majority(membership, without, Set.of(Role.VOTER));
  }

  private boolean majority(Membership membership, SimNode without, Set<Role> counted) {
    int votes = 0;
    int whole = 0;
    for (Member member : membership.members()) {
      SimNode n = world.node(member.node());
      int weight = counted.contains(member.role()) ? member.weight() : 0;
      votes += weight;
      if (n != without && !n.broken() && !n.crippled() && n.storeId() == member.storeId()) {
        whole += weight;
      }
    }
    return whole > votes / 2;
  }

  private static boolean sameStore(Membership membership, SimNode node) {
    return membership.find(node.node()).map(m -> m.storeId() == node.storeId()).orElse(false);
  }

  void change() {
    proposer().ifPresent(this::change);
  }

  private void change(SimNode at) {
    Membership now = at.linkStatus().membership();
    List<Membership> choices = new ArrayList<>();
    for (Member member : now.members()) {
      if (member.role() == Role.LEARNER) {
        choices.add(with(now, member, Role.VOTER));
      } else if (member.role() == Role.VOTER && now.voters().size() > 1 && rng.chance(0.3)) {
        choices.add(with(now, member, Role.LEARNER));
      }
      if (now.members().size() > 1) {
        choices.add(without(now, member));
      }
    }
    for (SimNode node : world.nodes()) {
      if (now.find(node.node()).isEmpty() && !node.broken()) {
        choices.add(plus(now, node));
        choices.add(plus(now, node));
      }
    }
    choices.removeIf(m -> m.voters().isEmpty() || !majority(m, null));
    if (!choices.isEmpty()) {
      configure(at, now, rng.pick(choices));
    }
  }

  private void configure(SimNode at, Membership now, Membership next) {
    world.trace("op", at.node() + " configure " + next);
    asked.add(next);
    for (Member member : next.members()) {
      world.restart(world.node(member.node()));
    }
    at.request(
        r ->
            r.configure(
                next,
                outcome -> {
                  world.trace("op", at.node() + " " + outcome);
                  if (outcome instanceof Committed) {
                    certain(next);
                    world.mark(Mark.MEMBERSHIP_CHANGE);
                    world.queue().after(0, () -> removed(now, next));
                  }
                }));
  }

  /** A node that is out for certain may lose its store and come back with another. */
  private void removed(Membership before, Membership next) {
    Set<NodeId> left = new HashSet<>();
    before.members().forEach(m -> left.add(m.node()));
    next.members().forEach(m -> left.remove(m.node()));
    for (NodeId id : left) {
      SimNode node = world.node(id);
      boolean out = possible().stream().allMatch(m -> m.find(id).isEmpty());
      if (out && rng.chance(0.5)) {
        world.mark(Mark.STORE_REPLACED);
        node.crash("removed");
        world.step().add(new Step.Removed(id, node.storeId()));
        node.newStore();
      }
    }
  }

  private static Membership with(Membership now, Member member, Role role) {
    List<Member> members = new ArrayList<>(now.members());
    members.remove(member);
    members.add(member.as(role));
    return new Membership(now.version() + 1, members);
  }

  private static Membership without(Membership now, Member member) {
    List<Member> members = new ArrayList<>(now.members());
    members.remove(member);
    return new Membership(now.version() + 1, members);
  }

  private Membership plus(Membership now, SimNode node) {
    List<Member> members = new ArrayList<>(now.members());
    members.add(
        new Member(node.node(), node.storeId(), world.witness(node) ? Role.WITNESS : Role.LEARNER));
    return new Membership(now.version() + 1, members);
  }

  void handOver() {
    proposer()
        .ifPresent(
            at -> {
              List<NodeId> voters = at.linkStatus().membership().voters();
              NodeId to = rng.pick(voters);
              at.request(
                  r ->
                      r.handOver(
                          to,
                          outcome -> {
                            world.trace("op", "hand over to " + to + ": " + outcome);
                            if (outcome instanceof Committed) {
                              world.mark(Mark.HAND_OVER);
                            }
                          }));
            });
  }
}
