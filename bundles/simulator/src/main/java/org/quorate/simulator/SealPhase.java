package org.quorate.simulator;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome.Committed;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.engine.Rng;
import org.quorate.simulator.invariant.Step;

/**
 * Ends the link while things break again: seals at any node, at once and repeated, by one plan or by
 * two, beside writes and reads. Once anyone was told that the link is sealed, nobody who asks later
 * is told of a commit or given a linearizable read.
 */
final class SealPhase {
  private static final Bytes KEY = Bytes.utf8("after");
  private static final long NOT_YET = Long.MAX_VALUE;

  private final World world;
  private final MembershipChanges memberships;
  private final Rng rng;
  private long sealedUs = NOT_YET;
  private long sealedBy;
  private int writes;
  private boolean over;

  SealPhase(World world, MembershipChanges memberships, Rng rng) {
    this.world = world;
    this.memberships = memberships;
    this.rng = rng;
  }

  void start() {
    world.mark(Mark.SEAL);
    for (int i = rng.between(2, 5); i > 0; i--) {
      long plan = rng.chance(0.8) ? 1 : 2;
      after(rng.between(0, 1_500), () -> seal(plan));
    }
    askAgain();
    traffic();
  }

  /** Nothing more is asked. */
  void stop() {
    over = true;
  }

  /** Whether somebody was told that the link is sealed. */
  boolean told() {
    return sealedUs != NOT_YET;
  }

  /** Whether every member that works knows. */
  boolean known() {
    return told()
        && memberships.working().stream()
            .allMatch(n -> n.up() && n.replica().log().sealedBy() == sealedBy);
  }

  private void askAgain() {
    after(
        rng.between(300, 900),
        () -> {
          if (!over) {
            seal(told() ? sealedBy : rng.between(1, 2));
            askAgain();
          }
        });
  }

  private void seal(long plan) {
    NodeId node = rng.pick(world.nodeIds());
    world.trace("op", "-> " + node + " seal by plan " + plan);
    world.call(
        node,
        r ->
            r.seal(
                plan,
                outcome ->
                    world.reply(
                        () -> {
                          world.trace("op", "<- seal by plan " + plan + " " + outcome);
                          if (outcome instanceof Committed) {
                            sealed(plan);
                          }
                        })));
  }

  private void sealed(long plan) {
    if (told() && plan != sealedBy) {
      throw new Violation("SealIsFinal", "sealed by plan " + sealedBy + " and by plan " + plan);
    }
    sealedBy = plan;
    sealedUs = Math.min(sealedUs, now());
  }

  private void traffic() {
    after(
        rng.between(5, 60),
        () -> {
          if (!over) {
            if (rng.chance(0.5)) {
              write();
            } else {
              read();
            }
            traffic();
          }
        });
  }

  private void write() {
    NodeId node = rng.pick(world.nodeIds());
    long calledUs = now();
    Bytes command = KvCommand.put(KEY, Bytes.utf8("w" + ++writes)).encode();
    world.call(
        node,
        r ->
            r.propose(
                Proposal.bare(command),
                outcome ->
                    world.reply(
                        () -> {
                          if (outcome instanceof Committed done) {
                            allowed(calledUs, "a write at " + node + " is committed: " + done);
                            world.acknowledged(
                                new Step.Acknowledged(
                                    0, node, 0, done.gtid().version(), done.position(), command));
                          }
                        })));
  }

  private void read() {
    NodeId node = rng.pick(world.nodeIds());
    long calledUs = now();
    world.call(
        node,
        r ->
            r.read(
                new KvQuery.Get(KEY, 0).encode(),
                ReadLevel.LINEARIZABLE,
                outcome ->
                    world.reply(
                        () -> {
                          if (outcome instanceof ReadOutcome.Answered) {
                            allowed(calledUs, "a read at " + node + " is answered");
                          }
                        })));
  }

  private void allowed(long calledUs, String what) {
    if (calledUs > sealedUs) {
      throw new Violation(
          "SealIsFinal",
          what + " that was asked " + (calledUs - sealedUs) + " us after the seal was told");
    }
  }

  private long now() {
    return world.queue().nowUs();
  }

  private void after(long delayMs, Runnable task) {
    world.queue().after(delayMs * 1000, task);
  }
}
