package org.quorate.cli.command;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quorate.simulator.Simulation;
import org.quorate.simulator.SimulationOptions;
import org.quorate.simulator.SimulationResult;
import org.quorate.simulator.Subject;
import org.quorate.spi.consensus.ConsensusStrategy;

/** Seeds of swaps, of strategies and of storages, that once failed. */
class SwapSeedsTest {
  private static SimulationResult run(long seed, String from, String... to) {
    Map<String, ConsensusStrategy> known = new TreeMap<>();
    ServiceLoader.load(ConsensusStrategy.class, SwapSeedsTest.class.getClassLoader())
        .forEach(s -> known.put(s.name(), s));
    ConsensusStrategy[] targets = new ConsensusStrategy[to.length];
    for (int i = 0; i < to.length; i++) {
      targets[i] = known.get(to[i]);
    }
    Subject subject = Subject.of(known.get(from)).swappingTo(targets);
    return new Simulation(seed, subject, SimulationOptions.DEFAULTS).run();
  }

  /** Two links wanted a snapshot for one peer; the one that was sent was of the link that went. */
  @Test
  void theLinkThatStaysHearsOfASnapshotOfTheOneBefore() {
    SimulationResult result = run(2776, "raft", "certify", "slot-paxos");
    assertTrue(result.passed(), result.toString());
  }

  /** A damaged record that only a move of the log read: the node stops and names it. */
  @Test
  void aMoveThatFindsTheLogDamagedStopsTheNode() {
    SimulationResult result = run(21036, "raft", "certify");
    assertTrue(result.passed(), result.toString());
  }
}
