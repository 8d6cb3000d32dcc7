package org.quorate.simulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.quorate.spi.consensus.LinkInvariant;
import org.quorate.spi.consensus.LinkInvariant.LinkView;

/** The strategies' own invariants: those of a link are asked when one of its protocols has stepped. */
final class LinkChecks {
  /** One link, whichever nodes hold it open. */
  final class Link {
    private final long planId;
    private final List<LinkInvariant> invariants;
    private final List<LinkView> views = new ArrayList<>();
    private long seen = -1;
    private boolean due;

    private Link(long planId, List<LinkInvariant> invariants) {
      this.planId = planId;
      this.invariants = invariants;
    }

    /** A protocol of it has changed. */
    void stepped() {
      if (!due && !invariants.isEmpty()) {
        due = true;
        stepped.add(this);
      }
    }

    private void check() {
      due = false;
      if (seen != changes) {
        seen = changes;
        views.clear();
        for (SimNode node : nodes) {
          LinkView view = node.view(planId);
          if (view != null) {
            views.add(view);
          }
        }
      }
      for (LinkInvariant invariant : invariants) {
        String wrong = invariant.check(views);
        if (wrong != null) {
          throw new Violation(invariant.name(), "link " + planId + ": " + wrong);
        }
      }
    }
  }

  private final Subject subject;
  private final List<SimNode> nodes;
  private final Map<Long, Link> links = new HashMap<>();
  private final List<Link> stepped = new ArrayList<>();
  private long changes;

  LinkChecks(Subject subject, List<SimNode> nodes) {
    this.subject = subject;
    this.nodes = nodes;
  }

  Link of(long planId, String strategy) {
    return links.computeIfAbsent(
        planId,
        p ->
            new Link(
                p,
                subject.strategy(strategy).traits().invariants().stream()
                    .map(Supplier::get)
                    .toList()));
  }

  /** A process has started or ended, or opened a link. */
  void processesChanged() {
    changes++;
  }

  /** Throws a violation, if there is one. */
  void check() {
    for (int i = 0; i < stepped.size(); i++) {
      stepped.get(i).check();
    }
    stepped.clear();
  }
}
