package org.quorate.runtime.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quorate.api.NodeId;
import org.quorate.runtime.api.ClusterAssembly;
import org.quorate.runtime.api.Deployment;
import org.quorate.runtime.api.Deployment.NodeStep;
import org.quorate.runtime.api.Deployment.State;
import org.quorate.runtime.api.Deployment.Step;

/**
 * The steps of a deployment, as a pure function from one decided record to the next. There is no
 * driver: a node takes its turn, which the record names, and any node may give up on one that lets its
 * turn pass. Nobody has two turns at once, so one node at a time is away. Empty where a step does not
 * fit the record, which then has moved on.
 */
final class Rollout {
  private static final int REMEMBERED = 20;

  private Rollout() {}

  static Optional<ClusterAssembly> begin(ClusterAssembly now, Deployment next) {
    return now.running() == null && !next.nodes().isEmpty()
        ? Optional.of(new ClusterAssembly(now.revision() + 1, now.current(), next, now.history()))
        : Optional.empty();
  }

  /** Whose turn it is; null while nothing is under way. */
  static NodeStep turn(ClusterAssembly now) {
    Deployment running = now.running();
    if (running == null) {
      return null;
    }
    List<NodeStep> nodes = running.nodes();
    if (running.state() == State.ROLLING) {
      return nodes.stream().filter(n -> n.step() != Step.UPDATED).findFirst().orElse(null);
    }
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (isToRevert(nodes.get(i).step())) {
        return nodes.get(i);
      }
    }
    return null;
  }

  private static boolean isToRevert(Step step) {
    return step == Step.UPDATED || step == Step.UPDATING || step == Step.REVERTING;
  }

  private static boolean isTurn(ClusterAssembly now, NodeId node) {
    NodeStep turn = turn(now);
    return turn != null && turn.node().equals(node);
  }

  /** A node takes its turn: it goes away. */
  static Optional<ClusterAssembly> claim(ClusterAssembly now, NodeId me) {
    if (!isTurn(now, me)) {
      return Optional.empty();
    }
    boolean rolling = now.running().state() == State.ROLLING;
    Step wanted = rolling ? Step.UPDATING : Step.REVERTING;
    return turn(now).step() == wanted
        ? Optional.empty()
        : Optional.of(step(now, new NodeStep(me, wanted, "", turn(now).awayMs()), 0));
  }

  /** A node is back, with the assembly of its turn. */
  static Optional<ClusterAssembly> finished(
      ClusterAssembly now, NodeId me, long awayMs, long timeMs) {
    if (!isTurn(now, me)) {
      return Optional.empty();
    }
    Step done =
        switch (turn(now).step()) {
          case UPDATING -> now.running().state() == State.ROLLING ? Step.UPDATED : null;
          case REVERTING -> Step.REVERTED;
          default -> null;
        };
    return done == null
        ? Optional.empty()
        : Optional.of(step(now, new NodeStep(me, done, "", awayMs), timeMs));
  }

  /** A node whose turn it is did not do it: the others go back, or on with going back. */
  static Optional<ClusterAssembly> failed(
      ClusterAssembly now, NodeId node, String why, long timeMs) {
    if (!isTurn(now, node)) {
      return Optional.empty();
    }
    ClusterAssembly marked = step(now, new NodeStep(node, Step.FAILED, why, 0), timeMs);
    return marked.running() == null || marked.running().state() == State.GOING_BACK
        ? Optional.of(marked)
        : goBack(marked, marked.revision(), node + ": " + why, timeMs);
  }

  static Optional<ClusterAssembly> abort(ClusterAssembly now, String why, long timeMs) {
    return now.running() == null || now.running().state() != State.ROLLING
        ? Optional.empty()
        : goBack(now, now.revision() + 1, why, timeMs);
  }

  private static Optional<ClusterAssembly> goBack(
      ClusterAssembly now, long revision, String why, long timeMs) {
    Deployment r = now.running();
    Deployment back =
        new Deployment(r.to(), r.from(), State.GOING_BACK, why, r.nodes(), r.startedMs(), 0);
    return Optional.of(
        settled(new ClusterAssembly(revision, now.current(), back, now.history()), timeMs));
  }

  private static ClusterAssembly step(ClusterAssembly now, NodeStep changed, long timeMs) {
    Deployment r = now.running();
    List<NodeStep> nodes =
        r.nodes().stream().map(n -> n.node().equals(changed.node()) ? changed : n).toList();
    Deployment next = new Deployment(r.to(), r.from(), r.state(), r.why(), nodes, r.startedMs(), 0);
    return settled(
        new ClusterAssembly(now.revision() + 1, now.current(), next, now.history()), timeMs);
  }

  /** Nobody has a turn left: it has ended. */
  private static ClusterAssembly settled(ClusterAssembly now, long timeMs) {
    Deployment r = now.running();
    if (turn(now) != null) {
      return now;
    }
    boolean done = r.state() == State.ROLLING;
    State end = done ? State.DONE : State.ROLLED_BACK;
    List<Deployment> history = new ArrayList<>(now.history());
    history.add(new Deployment(r.to(), r.from(), end, r.why(), r.nodes(), r.startedMs(), timeMs));
    int from = Math.max(0, history.size() - REMEMBERED);
    return new ClusterAssembly(
        now.revision(), done ? r.to() : now.current(), null, history.subList(from, history.size()));
  }
}
