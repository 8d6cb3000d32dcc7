package org.quorate.certify;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Role;

/** The transitions of {@link RoleState}. */
final class ViewChanges {
  private final Certify certify;
  private int sparedRounds; // [volatile] a desynced node lets every other chance to propose pass

  ViewChanges(Certify certify) {
    this.certify = certify;
  }

  void tick() {
    if (certify.role instanceof Sequencer sequencing) {
      sequencing.tick();
    } else if (alone() || firstOfNewGroup() || certify.timers.suspectDue()) {
      timeout();
    } else if (certify.role instanceof Canvasser canvasser) {
      canvasser.tick();
    } else if (certify.role instanceof Proposer proposer) {
      proposer.tick();
    }
  }

  /** The only voter need not wait for a sequencer's silence. */
  private boolean alone() {
    return certify.role == Follower.INSTANCE
        && certify.listed() == Role.VOTER
        && certify.peers.voting() == 1;
  }

  /** In a group that never had a view the voter that is listed first need not wait either. */
  private boolean firstOfNewGroup() {
    return certify.role == Follower.INSTANCE
        && certify.view().equals(View.NONE)
        && certify.log.last() == 0
        && certify.listed() == Role.VOTER
        && certify.self.node().equals(certify.configs.current().voters().get(0));
  }

  private void timeout() {
    certify.timers.drawTimeout();
    certify.sequencer = null;
    if (!mayPropose() || certify.desynced() && ++sparedRounds % 2 == 1) {
      certify.role = Follower.INSTANCE;
      return;
    }
    Canvasser canvasser = new Canvasser(certify);
    certify.role = canvasser;
    canvasser.ask();
    tally(canvasser);
  }

  /** A learner, a witness, a stranger do not; a voter whose removal is not stable may have to. */
  boolean mayPropose() {
    return certify.listed() == Role.VOTER
        || certify.configs.index() > certify.stable()
            && Memberships.role(
                    certify.configs.previous(), certify.self.node(), certify.self.storeId())
                == Role.VOTER;
  }

  void tally(Canvasser canvasser) {
    if (canvasser.won()) {
      propose(false);
    } else if (canvasser.lost()) {
      certify.role = Follower.INSTANCE;
    }
  }

  /** The next view, and its own promise, which counts when it is durable. */
  void propose(boolean handOver) {
    certify.adopt(new View(certify.view().number() + 1, certify.self.storeId()));
    certify.timers.drawTimeout();
    Proposer proposer = new Proposer(certify, handOver);
    certify.role = proposer;
    proposer.ask();
  }

  /** The view begins: its first slot stands behind all that were kept. */
  void lead() {
    Sequencer sequencing = new Sequencer(certify);
    certify.role = sequencing;
    certify.sequencer = certify.self.node();
    certify.fetching.stop();
    certify.append(Entry.of(certify.view(), Entry.VIEW, Bytes.EMPTY));
    sequencing.begin();
  }

  /**
   * The sequencer of a view spoke.
   *
   * @return false if its view is over, or of another store
   */
  boolean contact(NodeId from, long store, View view) {
    int later = view.compareTo(certify.view());
    if (later < 0 || view.store() != store) {
      return false;
    }
    if (later > 0) {
      certify.adopt(view);
    }
    if (!(certify.role instanceof Follower)) {
      certify.role = Follower.INSTANCE;
    }
    certify.sequencer = from;
    certify.timers.heardSequencer();
    return true;
  }
}
