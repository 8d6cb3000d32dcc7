package org.quorate.core.replica;

import java.util.List;
import java.util.function.Consumer;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Overloaded;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogRecord;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.swap.Beyond;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Membership;

/** Changes of a group's members, of its leading member and of its strategy. On the group's loop. */
final class Reconfiguration {
  private static final long RETIRING_MS = 200;

  private final ReplicaEnvironment environment;
  private final VirtualLog log;
  private final Callers callers;
  private final StatusReport status;
  private final LinkFrames frames;

  Reconfiguration(
      ReplicaEnvironment environment,
      VirtualLog log,
      Callers callers,
      StatusReport status,
      LinkFrames frames) {
    this.environment = environment;
    this.log = log;
    this.callers = callers;
    this.status = status;
    this.frames = frames;
  }

  void configure(Membership next, NodeId donor, Consumer<Outcome> done) {
    Chain.Link sealed = log.chain().predecessor();
    if (sealed != null) {
      // Who is removed may be the only one who has the end of the sealed link.
      done.accept(new Overloaded(RETIRING_MS, "link " + sealed.epoch() + " is not retired yet"));
      return;
    }
    String forgetful = next.forgetful();
    if (forgetful != null) {
      done.accept(new Rejected(Rejection.UNSUPPORTED, forgetful));
      return;
    }
    Beyond beyond = frames.beyond(next);
    if (!beyond.inEveryQuorum()) {
      // They could restart without anybody who knows that the link before has ended.
      frames.inquire(beyond.missing());
      done.accept(unknown(beyond.missing(), Beyond.tooNew(next, status.link().membership())));
      return;
    }
    callers.ask(done, (link, ticket) -> link.configure(ticket, next, donor));
  }

  private Outcome unknown(List<NodeId> missing, List<NodeId> tooNew) {
    String what = " not known to have a durable state of link " + log.chain().active().epoch();
    return tooNew.isEmpty()
        ? new Overloaded(RETIRING_MS, missing + what)
        : new Rejected(
            Rejection.UNSUPPORTED,
            tooNew + what + ", and a majority without the others: add them as learners first");
  }

  void handOver(NodeId to, Consumer<Outcome> done) {
    callers.ask(done, (link, ticket) -> link.handOver(ticket, to));
  }

  void swap(SwapRequest request, Consumer<Outcome> done) {
    String objection = objection(request);
    if (objection != null) {
      done.accept(new Rejected(Rejection.UNSUPPORTED, objection));
    } else {
      callers.submit(request.prepare(status.link().membership()), done);
    }
  }

  /** Why this node cannot take part in such a swap, or null. */
  String objection(SwapRequest request) {
    ConsensusStrategy target = environment.strategy(request.strategy());
    return target == null
        ? "strategy '" + request.strategy() + "' is not installed on " + environment.node()
        : request.objection(status.link().membership(), target.traits());
  }

  void abortSwap(Consumer<Outcome> done) {
    Chain.Plan plan = log.chain().plan();
    if (plan == null) {
      done.accept(new Rejected(Rejection.UNSUPPORTED, "no swap is under way"));
    } else {
      callers.submit(new LogRecord.AbortPlan(plan.planId(), "by an operator"), done);
    }
  }
}
