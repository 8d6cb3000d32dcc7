package org.quorate.operations;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.OnlineNode;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationLimits;
import org.quorate.spi.operations.Phase;

/** Does what this node is told to as a member, and answers. All on the loop, but for the product. */
final class Responder {
  /** What this node does of an operation's step. */
  private static final class Task {
    final int step;
    Codec.Answer answer;
    boolean begun;
    boolean busy;

    Task(int step) {
      this.step = step;
    }
  }

  private final Hub hub;
  private final Runnable again;
  private final Map<Long, Task> tasks = new HashMap<>();
  private final Map<Long, Decision> completed = new HashMap<>();
  private final Set<Long> completing = new HashSet<>(); // also of a step that is over

  Responder(Hub hub, Runnable again) {
    this.hub = hub;
    this.again = again;
  }

  /** Whether this node has completed an operation as it was decided. */
  boolean completed(Stored s) {
    return completed.get(s.id) == s.decision;
  }

  /** Whether the product still completes something: it may have been put offline meanwhile. */
  boolean completing() {
    return !completing.isEmpty();
  }

  /** What was prepared is over. */
  void offline() {
    tasks.clear();
  }

  void changed(View view, OnlineNode me) {
    tasks.keySet().removeIf(id -> view.operation(id) == null);
    completed.keySet().removeIf(id -> !view.log().containsKey(id));
    if (me == null) {
      return;
    }
    for (Stored s : view.operations()) {
      Long session = s.expected.get(me.name());
      boolean asked = s.phase == Phase.PREPARE || s.phase == Phase.COMPLETE;
      if (asked && session != null && session == me.session()) {
        if (view.answer(s, me.name()) == null) {
          act(view, s, me.session());
        }
      }
    }
  }

  private void act(View view, Stored s, long session) {
    Task task = tasks.get(s.id);
    if (task == null || task.step != s.step) {
      task = new Task(s.step);
      tasks.put(s.id, task);
    }
    if (!task.begun) {
      // A roll-back waits for what it rolls back, which would undo it.
      if (!completing.contains(s.id)) {
        task.begun = true;
        begin(view.told(s), s, task);
      }
    } else if (task.answer != null && !task.busy) {
      answer(s, session, task);
    }
  }

  private void begin(Operation told, Stored s, Task task) {
    if (s.phase == Phase.PREPARE) {
      hub.ask(
          () -> hub.participant().prepare(told),
          (said, failure) -> answered(s, task, said, failure));
    } else {
      completing.add(s.id);
      hub.ask(
          () -> hub.participant().complete(told, s.decision),
          (done, failure) -> {
            completing.remove(s.id);
            if (failure == null && tasks.get(s.id) == task) {
              completed.put(s.id, s.decision);
            }
            answered(s, task, "", failure);
          });
    }
  }

  private void answered(Stored s, Task task, String said, String failure) {
    if (tasks.get(s.id) != task) {
      again.run(); // the step is over: it counts no more, but something may have waited for it
      return;
    }
    String why = failure;
    String message = "";
    try {
      message = Hub.fitting(said, OperationLimits.ANSWER_BYTES);
    } catch (OperationException e) {
      why = "its answer: " + e.getMessage();
    }
    if (why != null) {
      hub.events().event(Events.Kind.FAILED, s + ", " + s.phase + ": " + why);
    }
    task.answer = why == null ? new Codec.Answer(true, message) : new Codec.Answer(false, why);
    again.run();
  }

  /** If it does not hold the step is over, or its driver another: what is seen then says which. */
  private void answer(Stored s, long session, Task task) {
    task.busy = true;
    hub.then(
        hub.coordinator().transact(hub.steps().answer(s, session, task.answer)),
        (done, e) -> {
          task.busy = false;
          if (e != null || !done.succeeded()) {
            hub.loop().after(hub.settings().retryMs(), again);
          }
        });
  }
}
