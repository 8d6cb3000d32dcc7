package org.quorate.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.simulator.SimulationOptions;
import org.quorate.simulator.SimulationReport;
import org.quorate.simulator.SimulationResult;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.SimulationRunner;
import org.quorate.simulator.Subject;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.tck.fixtures.paxos.SlotPaxosStrategy;

/** Groups that go from a leader-based link to one in which every member proposes, and back. */
class SwapSimulationTest {
  private static void passes(ConsensusStrategy from, ConsensusStrategy to) {
    SimulationReport report =
        new SimulationRunner(Subject.of(from).swappingTo(to), SimulationOptions.DEFAULTS, true)
            .run(1, 120, Runtime.getRuntime().availableProcessors(), result -> {});
    System.out.print(report);
    assertEquals(List.of(), report.failures().stream().map(SimulationResult::toString).toList());
    assertTrue(report.share(Mark.SWAP) > 0.15, report.toString());
    assertTrue(report.share(Mark.SWAP_ABORTED) > 0.01, report.toString());
  }

  @Test
  void fromRaftToSlotPaxosAndBack() {
    passes(new RaftStrategy(), new SlotPaxosStrategy());
  }

  @Test
  void fromSlotPaxosToRaftAndBack() {
    passes(new SlotPaxosStrategy(), new RaftStrategy());
  }
}
