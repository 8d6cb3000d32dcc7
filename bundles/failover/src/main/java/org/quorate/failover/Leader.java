package org.quorate.failover;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.Leadership;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Owner;

/**
 * Stands for election and, when elected, has {@link Assigner} decide. Each decision is one transaction
 * that holds only for the record as it was, for the leader, and for a node that lives: so a number rises
 * once for each notice, whoever crashes when. All on the loop.
 */
final class Leader {
  private final Coordinator coordinator;
  private final Layout layout;
  private final Settings settings;
  private final Loop loop;
  private final Events events;
  private CoordinatorSession session;
  private Leadership leadership;
  private Assigner assigner;
  private View view;
  private int underway;
  private long waitFor;

  Leader(Coordinator coordinator, Layout layout, Settings settings, Loop loop, Events events) {
    this.coordinator = coordinator;
    this.layout = layout;
    this.settings = settings;
    this.loop = loop;
    this.events = events;
  }

  void registered(Owner who, CoordinatorSession mine) {
    session = mine;
    campaign(who, mine);
  }

  void fenced() {
    session = null;
    leadership = null;
  }

  private void campaign(Owner who, CoordinatorSession mine) {
    if (session != mine) {
      return;
    }
    loop.then(
        coordinator.campaign(
            mine, layout.leader(), Bytes.utf8(who.node()), CoordinationLimits.LOCK_WAIT_MS),
        (won, e) -> {
          if (session != mine) {
            return;
          }
          if (won == null) {
            loop.after(settings.heartbeatMs(), () -> campaign(who, mine));
            return;
          }
          leadership = won;
          assigner = new Assigner(settings);
          underway = 0;
          waitFor = 0;
          events.event(Events.Kind.LEADS, "'" + who.node() + "' assigns takeovers");
          loop.then(won.lost(), (loss, ignored) -> lost(won, who, mine));
          step();
        });
  }

  private void lost(Leadership which, Owner who, CoordinatorSession mine) {
    if (leadership == which) {
      leadership = null;
      campaign(who, mine);
    }
  }

  void changed(View now) {
    view = now;
    step();
  }

  void tick() {
    step();
    if (leadership != null && view != null) {
      for (long id : assigner.stuck(loop.nowMs())) {
        View.Versioned v = view.record(id);
        if (v != null) {
          events.event(Events.Kind.FO_STUCK, why(v.record()));
        }
      }
    }
  }

  private static String why(FailoverRecord r) {
    FailoverRecord.Takeover t = r.takeover();
    return "record "
        + r.id()
        + " is "
        + t.phase()
        + " in state "
        + r.state()
        + (t.node() == null ? "" : ", last taken over by '" + t.node().node() + "'")
        + (t.why().isEmpty() ? "" : ": " + t.why());
  }

  /** Decides anew only on a view that has what was decided before. */
  private void step() {
    if (leadership == null || view == null || underway > 0 || view.revision() < waitFor) {
      return;
    }
    List<Assigner.Decision> decisions = assigner.decide(view, loop.nowMs());
    underway = decisions.size();
    decisions.forEach(d -> execute(leadership, d));
  }

  private void execute(Leadership by, Assigner.Decision decision) {
    loop.then(
        coordinator.transact(transaction(by, decision)),
        (done, e) -> {
          if (leadership != by) {
            return;
          }
          underway--;
          boolean did = e == null && done.succeeded();
          if (did) { // what did not hold has changed nothing that the view could ever show
            waitFor = Math.max(waitFor, done.revision());
            tell(decision);
          }
          if (underway == 0 && did) {
            step();
          }
        });
  }

  private Transaction transaction(Leadership by, Assigner.Decision decision) {
    FailoverRecord then = decision.then();
    List<Condition> when = new ArrayList<>();
    when.add(new Condition.Unchanged(layout.record(then.id()), decision.was().revision()));
    when.add(new Condition.Held(layout.leader(), by.token()));
    when.add(new Condition.Absent(layout.mode()));
    if (decision instanceof Assigner.Decision.Notify) {
      Owner node = then.takeover().node();
      when.add(new Condition.OwnedBy(layout.node(node.node()), node.incarnation()));
    }
    Bytes value = RecordCodec.record(then, decision.was().request());
    return new Transaction(when, List.of(new Op.Put(layout.record(then.id()), value)));
  }

  private void tell(Assigner.Decision decision) {
    FailoverRecord r = decision.then();
    if (decision instanceof Assigner.Decision.Notify) {
      events.event(
          Events.Kind.TAKEOVER,
          "record "
              + r.id()
              + " goes to '"
              + r.takeover().node().node()
              + "', number "
              + r.takeover().number());
    } else {
      events.event(
          Events.Kind.PARKED,
          why(r) + "; failover retry " + r.id() + " tries it again, after the cause is removed");
    }
  }
}
