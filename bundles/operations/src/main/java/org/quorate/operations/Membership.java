package org.quorate.operations;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.kit.Lease;
import org.quorate.spi.operations.CatchUp;
import org.quorate.spi.operations.OnlineNode;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationLimits;
import org.quorate.spi.operations.OperationSpec;

/**
 * Whether this node is online. Before it is, the product is brought up to date with what was decided
 * without it and made ready for what is under way, until a transaction finds that nothing else has begun
 * or was decided. All on the loop.
 *
 * <pre>
 *   OFFLINE → JOINING → ONLINE
 *      ↑_________|_________|      the lease is lost, the key is gone
 * </pre>
 */
final class Membership {
  private enum State {
    OFFLINE,
    JOINING,
    ONLINE
  }

  private final Hub hub;
  private final String address;
  private final Responder responder;
  private final Runnable again;
  private final Lease lease;
  private final Serving serving;
  private final Set<Long> ready = new HashSet<>();
  private State state = State.OFFLINE;
  private View view;
  private long upToDate = -1;
  private final Set<Long> own =
      new HashSet<>(); // sessions of its last entry, and of attempts since
  private boolean entered;
  private long readying;
  private int turn;
  private boolean busy;
  private boolean catchingUp; // also one that counts no more
  private boolean stopped;
  private String told = "";

  /**
   * A node that is offline until it is started.
   *
   * @param again looks at everything once more
   */
  Membership(Hub hub, String address, Responder responder, Runnable again) {
    this.hub = hub;
    this.address = address;
    this.responder = responder;
    this.again = again;
    this.serving = new Serving(hub);
    this.lease =
        new Lease(
            hub.coordinator(),
            hub.loop(),
            "operations " + hub.node(),
            hub.settings().heartbeatMs(),
            hub.settings().leaseMs(),
            new Lease.Listener() {
              @Override
              public void opened(CoordinatorSession session) {
                state = State.JOINING;
                free();
                again.run();
              }

              @Override
              public void lost(String why) {
                leave(why);
              }
            });
  }

  void start() {
    lease.start();
  }

  /**
   * Gives the lease back: what this node drives is ended by others.
   *
   * @param silent run when the product has stopped, {@code over} when the lease is given back too
   */
  void stop(Runnable silent, Runnable over) {
    stopped = true;
    lease.stop();
    leave("its service is closed", silent, over);
  }

  /** This node, null while it is not online by a lease that it may rely on. */
  OnlineNode self() {
    CoordinatorSession session = lease.session();
    return state == State.ONLINE && session != null
        ? new OnlineNode(hub.node(), address, session.id(), 0, false)
        : null;
  }

  /** The session, while this node is online. */
  CoordinatorSession session() {
    return self() == null ? null : lease.session();
  }

  void changed(View now) {
    view = now;
    CoordinatorSession session = lease.session();
    if (stopped || session == null) {
      return;
    }
    OnlineNode known = now.nodes().get(hub.node());
    boolean mine = known != null && known.session() == session.id();
    if (state == State.ONLINE && (!mine || known.leaving())) {
      leave("it was put offline");
    } else if (state == State.JOINING) {
      if (readying != 0 && settled(now, readying)) {
        readying = 0;
        free();
      }
      join(session);
    }
  }

  private static boolean settled(View now, long id) {
    Stored s = now.operation(id);
    return s == null || s.decided();
  }

  /** Its lease goes when the product has stopped, or would have. */
  private void leave(String why) {
    leave(why, () -> {}, () -> {});
  }

  private void leave(String why, Runnable silent, Runnable over) {
    final CoordinatorSession held = lease.drop();
    boolean was = state != State.OFFLINE;
    state = State.OFFLINE;
    free();
    ready.clear();
    readying = 0;
    responder.offline();
    if (was) {
      hub.events().event(Events.Kind.OFFLINE, "'" + hub.node() + "' is offline: " + why);
    }
    serving.offline(
        why,
        () -> {
          silent.run();
          if (held == null) {
            over.run();
          } else {
            hub.then(held.close(), (ended, ignored) -> over.run());
          }
          lease.open();
        });
  }

  /** What was asked before counts no more. */
  private void free() {
    turn++;
    busy = false;
  }

  /** One thing after the other; each is looked at anew when the one before is done. */
  private void join(CoordinatorSession session) {
    if (busy) {
      return;
    }
    KeyEntry entry = view.entry(hub.layout().online(hub.node()));
    if (entry != null && entry.owner() == session.id()) {
      entered(session);
    } else if (entry != null) {
      displace(entry);
    } else if (!catchUp()) {
      Stored next = unready();
      if (next != null) {
        prepare(next);
      } else {
        enter(session);
      }
    }
  }

  private void entered(CoordinatorSession session) {
    state = State.ONLINE;
    told = "";
    entered = true;
    own.clear();
    own.add(session.id());
    ready.clear();
    hub.events().event(Events.Kind.ONLINE, "'" + hub.node() + "' is online");
    serving.online();
  }

  /** An earlier start of this node makes room; a later one, and another node, are left alone. */
  private void displace(KeyEntry entry) {
    String theirs;
    try {
      theirs = Codec.online(hub.node(), entry.value(), entry.owner()).address();
    } catch (OperationException e) {
      theirs = "";
    }
    if (entered && !own.contains(entry.owner())) {
      stop(() -> {}, () -> {});
      hub.events().event(Events.Kind.REPLACED, "another process is online as '" + hub.node() + "'");
    } else if (!theirs.equals(address) && !theirs.isEmpty()) {
      behind(
          Events.Kind.NAME_TAKEN, "another node is online as '" + hub.node() + "', at " + theirs);
    } else {
      int mine = take();
      hub.then(
          hub.coordinator().endSession(entry.owner()), (ended, e) -> done(mine, "", e != null));
    }
  }

  private int take() {
    busy = true;
    return turn;
  }

  private void done(int mine, String what, boolean failed) {
    if (mine != turn) {
      return;
    }
    if (!failed) {
      free();
      again.run();
      return;
    }
    if (!what.isEmpty()) {
      behind(Events.Kind.BEHIND, what);
    }
    hub.loop()
        .after(
            hub.settings().heartbeatMs(),
            () -> {
              if (mine == turn) {
                free();
                again.run();
              }
            });
  }

  private void behind(Events.Kind kind, String what) {
    if (!told.equals(what)) {
      told = what;
      hub.events().event(kind, what);
    }
  }

  private boolean catchUp() {
    List<Operation> missed = new ArrayList<>();
    boolean first = true;
    boolean everything = upToDate < 0;
    for (View.Logged logged : view.log().values()) {
      Stored s = logged.operation();
      boolean known = logged.decidedAt() <= upToDate || responder.completed(s);
      if (!known) {
        missed.add(View.ended(s));
        everything |= s.spec.kind().equals(OperationSpec.UNKNOWN);
        everything |= first && view.log().size() >= OperationLimits.LOG;
      }
      first = false;
    }
    if (upToDate >= 0 && missed.isEmpty()) {
      return false;
    }
    if (catchingUp || responder.completing()) {
      // What it does late would undo what it is told now.
      String what = catchingUp ? "to catch up" : "to complete an operation";
      behind(
          Events.Kind.BEHIND,
          "not brought up to date while it is busy with what it was told, " + what);
      return true;
    }
    final long now = view.revision();
    CatchUp state = new CatchUp(everything, missed, view.product());
    int mine = take();
    catchingUp = true;
    hub.ask(
        () -> hub.participant().catchUp(state),
        (ok, failure) -> {
          catchingUp = false;
          if (mine != turn) {
            again.run();
          } else {
            upToDate = failure == null ? now : upToDate;
            done(mine, "not brought up to date: " + failure, failure != null);
          }
        });
    return true;
  }

  private Stored unready() {
    for (Stored s : view.operations()) {
      if (!s.decided() && !ready.contains(s.id)) {
        return s;
      }
    }
    return null;
  }

  private void prepare(Stored s) {
    readying = s.id;
    int mine = take();
    Operation operation = view.told(s);
    hub.ask(
        () -> hub.participant().prepare(operation),
        (said, failure) -> {
          if (mine == turn) {
            readying = 0;
            if (failure == null) {
              ready.add(s.id);
            }
          }
          done(mine, "not ready for " + s + ": " + failure, failure != null);
        });
  }

  private void enter(CoordinatorSession session) {
    int mine = take();
    if (view.nodes().size() >= OperationLimits.NODES) {
      done(mine, OperationLimits.NODES + " nodes are online already", true);
      return;
    }
    Transaction join;
    try {
      join = hub.steps().join(view, session.id(), address);
    } catch (OperationException e) {
      done(mine, "cannot come online: " + e.getMessage(), true);
      return;
    }
    own.add(session.id()); // it may be in, also if nobody says so before the lease is lost
    hub.then(
        hub.coordinator().transact(join),
        (done, e) -> {
          if (mine != turn) {
            return;
          }
          if (e != null || !done.succeeded()) {
            hub.loop().after(hub.settings().retryMs(), () -> done(mine, "", false));
          } else {
            seen(mine, done.revision());
          }
        });
  }

  /** Waits until the view has it, so that it is not mistaken for gone. */
  private void seen(int mine, long revision) {
    if (mine == turn && view.revision() >= revision) {
      done(mine, "", false);
    } else if (mine == turn) {
      hub.loop().after(hub.settings().retryMs(), () -> seen(mine, revision));
    }
  }
}
