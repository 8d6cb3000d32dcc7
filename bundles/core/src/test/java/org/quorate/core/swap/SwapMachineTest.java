package org.quorate.core.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quorate.api.NodeId;
import org.quorate.core.log.Asked;
import org.quorate.core.log.Chain;
import org.quorate.core.swap.SwapMachine.Situation;
import org.quorate.core.swap.SwapMachine.Slot;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/** When the replica that leads has the active link sealed, and makes the seal durable. */
class SwapMachineTest {
  private static final long PLAN = 7;
  private static final Membership MEMBERS =
      new Membership(1, List.of(new Member(NodeId.of("a"), 1, Role.VOTER)));

  private final List<String> asked = new ArrayList<>();
  private final SwapMachine machine = new SwapMachine(new Asks());

  SwapMachineTest() {
    machine.start(Chain.genesis("x", MEMBERS), List.of(0L));
    machine.chain(planned());
    machine.opened(PLAN);
    machine.live(PLAN);
    asked.clear();
  }

  private static Chain planned() {
    Chain.Link target = new Chain.Link(2, PLAN, "y", Map.of(), MEMBERS, 0, Asked.NEVER);
    return Chain.genesis("x", MEMBERS).planned(new Chain.Plan(target, MEMBERS, 60_000));
  }

  private void tick(long nowMs, boolean leadsWarm, boolean warmedUp) {
    machine.tick(new Situation(nowMs, 0, true, true, leadsWarm, warmedUp, false, 0));
  }

  private void settle(long nowMs, int ahead) {
    machine.tick(new Situation(nowMs, 0, false, true, false, false, false, ahead));
  }

  @Test
  void aTargetThatIsLedHereIsWarmedUpBeforeTheSeal() {
    tick(0, true, false);
    tick(SwapMachine.WARM_UP_MS - 1, true, false);
    assertEquals(List.of(), asked);
    tick(SwapMachine.WARM_UP_MS - 1, true, true);
    assertEquals(List.of("seal"), asked);
  }

  @Test
  void theSealDoesNotWaitForWarmCodeForEver() {
    tick(0, true, false);
    tick(SwapMachine.WARM_UP_MS, true, false);
    assertEquals(List.of("seal"), asked);
  }

  @Test
  void theSealDoesNotWaitForTheLeadForEver() {
    tick(0, false, false);
    tick(SwapMachine.LEADER_MS - 1, false, true);
    assertEquals(List.of(), asked);
    tick(SwapMachine.LEADER_MS, false, false);
    assertEquals(List.of("seal"), asked);
  }

  /** Others have retired the link before, from here it would be asked for after a restart. */
  @Test
  void aSealIsMadeDurableAlsoWhenTheLinkBeforeIsRetired() {
    Chain planned = planned();
    Chain retired = planned.switched(9, new Chain.Seal(8, null)).retired(10);
    machine.chain(retired);
    machine.closed(0);
    asked.clear();
    assertFalse(machine.idle());
    tick(0, false, false);
    tick(SwapMachine.SETTLE_MS - 1, false, false);
    assertEquals(List.of(), asked);
    tick(SwapMachine.SETTLE_MS, false, false);
    assertEquals(List.of("checkpoint"), asked);
    machine.durable(retired);
    assertTrue(machine.idle());
  }

  @Test
  void theCheckpointWaitsForThoseThatComeFirst() {
    machine.chain(planned().switched(9, new Chain.Seal(8, null)));
    asked.clear();
    settle(0, 2);
    settle(SwapMachine.SETTLE_MS, 2);
    settle(SwapMachine.SETTLE_MS, 1);
    assertEquals(List.of(), asked);
    settle(SwapMachine.SETTLE_MS, 0);
    assertEquals(List.of("checkpoint"), asked);
  }

  @Test
  void whoIsDownHoldsTheNextOnesUpForATurn() {
    machine.chain(planned().switched(9, new Chain.Seal(8, null)));
    asked.clear();
    settle(0, 1);
    settle(SwapMachine.SETTLE_MS + SwapMachine.TURN_MS - 1, 1);
    assertEquals(List.of(), asked);
    settle(SwapMachine.SETTLE_MS + SwapMachine.TURN_MS, 1);
    assertEquals(List.of("checkpoint"), asked);
  }

  /** Its strategy throws: it is not asked at every tick, and the plan can be given up. */
  @Test
  void aTargetThatIsRefusedIsDeletedWhenItIsClosedAndThePlanGivenUp() {
    machine.refused(PLAN);
    tick(0, false, false);
    machine.closed(PLAN);
    tick(1, false, false);
    assertEquals(Slot.REFUSED, machine.slot(PLAN));
    Chain aborted = planned().aborted(9, "in time");
    machine.chain(aborted);
    assertNull(machine.slot(PLAN));
    machine.durable(aborted);
    assertEquals(List.of("delete"), asked);
  }

  @Test
  void aTargetIsNotDeletedWhileTheStoreThatWasRefusedIsStillOpen() {
    machine.refused(PLAN);
    Chain aborted = planned().aborted(9, "in time");
    machine.chain(aborted);
    machine.durable(aborted);
    assertEquals(List.of(), asked);
    machine.closed(PLAN);
    assertEquals(List.of("delete"), asked);
  }

  private final class Asks implements SwapMachine.Effects {
    @Override
    public void open(Chain.Link link) {
      asked.add("open");
    }

    @Override
    public void close(long planId) {
      asked.add("close");
    }

    @Override
    public void delete(long planId) {
      asked.add("delete");
    }

    @Override
    public void probe(long planId) {
      asked.add("probe");
    }

    @Override
    public void handOver(long planId) {
      asked.add("hand over");
    }

    @Override
    public void seal(Chain.Plan plan) {
      asked.add("seal");
    }

    @Override
    public void abort(long planId, String why) {
      asked.add("abort");
    }

    @Override
    public void retire(long epoch) {
      asked.add("retire");
    }

    @Override
    public void checkpoint() {
      asked.add("checkpoint");
    }
  }
}
