package org.quorate.runtime.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quorate.api.NodeId;
import org.quorate.assembly.Assembly;
import org.quorate.assembly.BundleEntry;
import org.quorate.runtime.api.ClusterAssembly;
import org.quorate.runtime.api.Deployment;
import org.quorate.runtime.api.Deployment.NodeStep;
import org.quorate.runtime.api.Deployment.State;
import org.quorate.runtime.api.Deployment.Step;

/**
 * Every order in which nodes take turns, fail, are killed and come back, are given up wrongly, and an
 * operator aborts: the record never names two nodes that are away, and always ends with all nodes at
 * what it says, those apart that it names.
 */
class RolloutTest {
  private static final List<NodeId> NODES =
      List.of(NodeId.of("n1"), NodeId.of("n2"), NodeId.of("n3"));
  private static final Assembly NEW =
      new Assembly(1, List.of(new BundleEntry("a.b", "1.0.0", "ab".repeat(32), 6)));

  /** What is in the cluster: the record, which node runs what, and the kills that are left. */
  private record World(ClusterAssembly record, Map<NodeId, Long> runs, int faults) {
    World with(ClusterAssembly next) {
      return new World(next, runs, faults);
    }

    World running(NodeId node, long number) {
      Map<NodeId, Long> changed = new TreeMap<>(runs);
      changed.put(node, number);
      return new World(record, changed, faults);
    }

    World fault() {
      return new World(record, runs, faults - 1);
    }
  }

  private static World begun() {
    List<NodeStep> steps = NODES.stream().map(n -> new NodeStep(n, Step.WAITING, "", 0)).toList();
    Deployment deployment =
        new Deployment(NEW, Assembly.DISTRIBUTION, State.ROLLING, "", steps, 1, 0);
    Map<NodeId, Long> runs = new TreeMap<>();
    NODES.forEach(n -> runs.put(n, 0L));
    return new World(Rollout.begin(ClusterAssembly.NONE, deployment).orElseThrow(), runs, 3);
  }

  private static void add(List<World> next, World from, Optional<ClusterAssembly> record) {
    record.ifPresent(r -> next.add(from.with(r)));
  }

  /** All that can happen next; a kill is whatever a node does not do any more. */
  private static List<World> after(World w) {
    List<World> next = new ArrayList<>();
    if (w.faults() > 0) {
      add(next, w.fault(), Rollout.abort(w.record(), "operator", 5));
    }
    NodeStep turn = Rollout.turn(w.record());
    if (turn == null) {
      return next;
    }
    Deployment running = w.record().running();
    boolean rolling = running.state() == State.ROLLING;
    long target = rolling ? 1 : 0;
    NodeId node = turn.node();
    if (turn.step() == (rolling ? Step.UPDATING : Step.REVERTING)) {
      next.add(w.running(node, target)); // changed, and perhaps killed before it could say so
      if (w.runs().get(node) == target) {
        add(next, w, Rollout.finished(w.record(), node, 7, 5));
      }
      if (w.faults() > 0) {
        World back = w.running(node, rolling ? 0 : w.runs().get(node)).fault();
        add(next, back, Rollout.failed(w.record(), node, "does not start", 5));
      }
    } else {
      add(next, w, Rollout.claim(w.record(), node));
    }
    if (w.faults() > 0) { // given up by another node while it is anywhere
      add(next, w.fault(), Rollout.failed(w.record(), node, "does not answer", 5));
    }
    return next;
  }

  private static void check(World w) {
    Deployment running = w.record().running();
    if (running == null) {
      Deployment ended = w.record().history().get(0);
      long says = ended.state() == State.DONE ? 1 : 0;
      assertEquals(says, w.record().current().number());
      for (NodeStep node : ended.nodes()) {
        if (node.step() == Step.FAILED) {
          assertTrue(!node.why().isEmpty() && !ended.why().isEmpty(), ended.toString());
        } else {
          assertEquals(says, w.runs().get(node.node()), w.toString());
        }
      }
      return;
    }
    long away =
        running.nodes().stream()
            .filter(n -> n.step() == Step.UPDATING || n.step() == Step.REVERTING)
            .count();
    assertTrue(away <= 1, w.toString());
    assertTrue(Rollout.turn(w.record()) != null, "nobody has a turn: " + w);
  }

  @Test
  void everyOrderOfEventsEndsAndNeverTwoNodesAreAway() {
    Set<World> seen = new HashSet<>();
    Deque<World> open = new ArrayDeque<>(List.of(begun()));
    Map<State, Integer> ends = new HashMap<>();
    while (!open.isEmpty()) {
      World w = open.pop();
      if (seen.add(w)) {
        check(w);
        List<World> next = after(w);
        open.addAll(next);
        if (w.record().running() == null) {
          ends.merge(w.record().history().get(0).state(), 1, Integer::sum);
        }
      }
    }
    assertTrue(ends.get(State.DONE) > 0 && ends.get(State.ROLLED_BACK) > 3, ends.toString());
    assertTrue(seen.size() > 100, "worlds: " + seen.size());
  }

  @Test
  void aStepThatDoesNotFitChangesNothing() {
    ClusterAssembly now = begun().record();
    assertTrue(Rollout.begin(now, now.running()).isEmpty());
    assertTrue(Rollout.claim(now, NODES.get(1)).isEmpty());
    assertTrue(Rollout.finished(now, NODES.get(0), 1, 5).isEmpty(), "it was not away");
    ClusterAssembly claimed = Rollout.claim(now, NODES.get(0)).orElseThrow();
    assertTrue(Rollout.claim(claimed, NODES.get(0)).isEmpty());
    ClusterAssembly aborted = Rollout.abort(claimed, "operator", 5).orElseThrow();
    assertTrue(Rollout.finished(aborted, NODES.get(0), 1, 5).isEmpty(), "it has to go back");
    assertTrue(Rollout.abort(aborted, "again", 5).isEmpty());
  }

  @Test
  void theRecordIsReadAsItWasWritten() {
    ClusterAssembly now = begun().record();
    for (int i = 0; i < 3; i++) {
      NodeId node = NODES.get(i);
      assertEquals(now, Record.decode(Record.encode(now)));
      now = Rollout.claim(now, node).orElseThrow();
      now = Rollout.finished(now, node, 300 + i, 9).orElseThrow();
    }
    assertNull(now.running());
    assertEquals(NEW, now.current());
    assertEquals(2, now.nextNumber());
    assertEquals(now, Record.decode(Record.encode(now)));
  }
}
