package org.quorate.operations;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.OnlineNode;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationLimits;
import org.quorate.spi.operations.OperationSpec.Timeouts;

/**
 * Drives operations on: those of this node, and those whose driver is lost if this node is the first of
 * those online. What is next is a function of what is seen, so nothing is asked while members are awaited;
 * a deadline is one timer. All on the loop.
 *
 * <pre>
 *   PREPARE → (EXECUTE →) COMPLETE committed → gone
 *      ↓          ↓           ↓
 *      └──────────┴─→ COMPLETE aborted, rolled back → gone
 * </pre>
 */
final class Driver {
  /** What this node knows of an operation that it drives. */
  private static final class Task {
    int step;
    long sinceMs;
    boolean busy;
    long waitFor;
    int begun;
    int finished;
    String result;
    String failure;
    String refused;
  }

  private final Hub hub;
  private final Runnable again;
  private final Map<Long, Task> tasks = new HashMap<>();
  private View view;
  private OnlineNode self;

  /**
   * What drives.
   *
   * @param again looks at everything once more
   */
  Driver(Hub hub, Runnable again) {
    this.hub = hub;
    this.again = again;
  }

  /**
   * Looks what is next.
   *
   * @param me this node, null while it is not online
   */
  void changed(View now, OnlineNode me) {
    view = now;
    self = me;
    tasks.keySet().removeIf(id -> now.operation(id) == null);
    if (me == null) {
      return;
    }
    boolean first = now.nodes().keySet().iterator().next().equals(me.name());
    for (Stored s : now.operations()) {
      boolean mine = s.session == me.session();
      if (mine || first && !now.online(s.driver, s.session)) {
        drive(s, mine);
      }
    }
  }

  private void drive(Stored s, boolean mine) {
    Task task = tasks.computeIfAbsent(s.id, id -> new Task());
    if (task.step != s.step) {
      task.step = s.step;
      task.sinceMs = hub.loop().nowMs();
      task.refused = null;
      hub.loop().after(limitMs(s), again);
    }
    if (task.busy || view.revision() < task.waitFor) {
      return;
    }
    if (task.refused != null && !s.decided()) {
      abort(s, task, task.refused);
      return;
    }
    switch (s.phase) {
      case PREPARE -> prepare(s, task, mine);
      case EXECUTE -> execute(s, task, mine);
      default -> complete(s, task);
    }
  }

  private static long limitMs(Stored s) {
    Timeouts t = s.spec.timeouts();
    return switch (s.phase) {
      case PREPARE -> t.prepareMs();
      case EXECUTE -> t.executeMs();
      default -> t.completeMs();
    };
  }

  private boolean late(Stored s, Task task) {
    return hub.loop().nowMs() - task.sinceMs >= limitMs(s);
  }

  private void prepare(Stored s, Task task, boolean mine) {
    Barrier b = Barrier.of(view, s);
    if (!mine) {
      abort(s, task, "node '" + s.driver + "', which began it, was lost");
    } else if (!b.failed().isEmpty()) {
      Stored failed = s.copy();
      failed.failed.putAll(b.failed());
      decide(s, failed, task, Decision.ABORTED, "not ready: " + b.failed());
    } else if (s.spec.strict() && !b.gone().isEmpty()) {
      Stored lost = s.copy();
      lost.gone.addAll(b.gone());
      decide(s, lost, task, Decision.ABORTED, "lost before they were ready: " + b.gone());
    } else if (b.passed() && s.spec.work()) {
      submit(s, task, () -> hub.steps().execute(s, b, self.session()));
    } else if (b.passed()) {
      Stored ready = s.copy();
      ready.answers.putAll(b.answers());
      ready.gone.addAll(b.gone());
      decide(s, ready, task, Decision.COMMITTED, "");
    } else if (late(s, task)) {
      Stored late = s.copy();
      late.missing.addAll(b.awaited());
      decide(s, late, task, Decision.ABORTED, "not ready in time: " + b.awaited());
    }
  }

  private void execute(Stored s, Task task, boolean mine) {
    if (!mine && s.spec.repeatable()) {
      event(s, "its work is begun again, attempt " + (s.attempt + 1));
      submit(s, task, () -> hub.steps().execute(s, Barrier.of(view, s), self.session()));
    } else if (!mine) {
      abort(s, task, "node '" + s.driver + "', which did the work, was lost");
    } else if (s.spec.strict() && lost(s)) {
      abort(s, task, "a member was lost while the work was done");
    } else if (task.begun != s.attempt) {
      begin(s, task);
    } else if (task.finished == s.attempt && task.failure != null) {
      abort(s, task, "the work failed: " + task.failure);
    } else if (task.finished == s.attempt) {
      Stored done = s.copy();
      done.result = task.result;
      decide(s, done, task, Decision.COMMITTED, "");
    } else if (late(s, task)) {
      abort(s, task, "the work was not done in time by '" + s.driver + "'");
    }
  }

  private boolean lost(Stored s) {
    return s.expected.entrySet().stream().anyMatch(e -> !view.online(e.getKey(), e.getValue()));
  }

  private void begin(Stored s, Task task) {
    int attempt = s.attempt;
    task.begun = attempt;
    var told = view.told(s);
    hub.ask(
        () -> hub.participant().execute(told),
        (result, failure) -> {
          if (task.begun == attempt) {
            task.finished = attempt;
            task.failure = failure;
            try {
              task.result = Hub.fitting(result, OperationLimits.RESULT_BYTES);
            } catch (OperationException e) {
              task.failure = "its result: " + e.getMessage();
            }
            again.run();
          }
        });
  }

  private void complete(Stored s, Task task) {
    Barrier b = Barrier.of(view, s);
    if (!b.passed() && !late(s, task)) {
      return;
    }
    Stored next = s.copy();
    next.failed.putAll(b.failed());
    next.missing.addAll(b.awaited());
    next.gone.addAll(b.gone());
    boolean back = s.decision == Decision.COMMITTED && !b.failed().isEmpty();
    if (back && !view.changes(s).isEmpty()) {
      decide(s, next, task, Decision.ROLLED_BACK, "not completed: " + b.failed());
      return;
    }
    var offline = new java.util.TreeSet<>(b.awaited());
    offline.addAll(b.failed().keySet());
    submit(s, task, () -> hub.steps().end(view, s, next, offline));
  }

  private void abort(Stored s, Task task, String why) {
    decide(s, s.copy(), task, Decision.ABORTED, why);
  }

  private void decide(Stored s, Stored as, Task task, Decision decision, String why) {
    as.decision = decision;
    as.reason = why;
    submit(s, task, () -> hub.steps().decide(view, s, as));
  }

  private void event(Stored s, String what) {
    hub.events().event(Events.Kind.TAKEN_OVER, s + " of lost '" + s.driver + "': " + what);
  }

  /** What was not done because something else was is looked at again; what cannot be done is aborted. */
  private void submit(Stored s, Task task, Supplier<Transaction> what) {
    Transaction transaction;
    try {
      transaction = what.get();
    } catch (CoordinationException | OperationException e) {
      refuse(s, task, e.getMessage());
      return;
    }
    task.busy = true;
    hub.then(
        hub.coordinator().transact(transaction),
        (done, e) -> {
          task.busy = false;
          if (e == null && done.succeeded()) {
            task.waitFor = done.revision();
          } else if (e != null && !Errors.passing(e)) {
            refuse(s, task, e.getMessage());
            return;
          } else {
            hub.loop().after(hub.settings().retryMs(), again);
            return;
          }
          again.run();
        });
  }

  private void refuse(Stored s, Task task, String why) {
    if (task.refused == null) {
      task.refused = why;
      hub.events().event(Events.Kind.FAILED, s + ": " + why);
    }
    hub.loop().after(hub.settings().retryMs(), again);
  }
}
