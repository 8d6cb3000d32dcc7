package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.quorate.core.replica.SwapStep;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.api.SwapStatus;

/** Tells of the swaps of one group: as events by phase, to who waits for one, as a list. */
final class SwapWatch {
  /** Takes events. */
  interface Events {
    void changed(GroupHost host, String event, Map<String, String> details);
  }

  private record Waiting(long id, CompletableFuture<SwapStatus> done) {}

  private final GroupHost host;
  private final Events events;
  private final Map<Long, SwapStep.Phase> phases = new TreeMap<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private boolean observed;

  SwapWatch(GroupHost host, Events events) {
    this.host = host;
    this.events = events;
  }

  /** Told of all that is known, after a change; on the group's loop. */
  void observe(List<SwapStep> steps) {
    for (SwapStep step : steps) {
      SwapStep.Phase before = phases.put(step.planId(), step.phase());
      if (before != step.phase() && observed) {
        events.changed(host, "swap." + word(step.phase()), details(step));
      }
      answer(step);
    }
    observed = true;
    phases.keySet().removeIf(id -> steps.stream().noneMatch(s -> s.planId() == id));
  }

  private void answer(SwapStep step) {
    SwapStatus status = status(step);
    if (status.ended() && (status.pauseMs() >= 0 || step.phase() != SwapStep.Phase.SWITCHED)) {
      waiting.removeIf(
          w -> {
            if (w.id() == step.planId()) {
              w.done().complete(status);
              return true;
            }
            return false;
          });
    }
  }

  private static Map<String, String> details(SwapStep step) {
    Map<String, String> details = new TreeMap<>();
    details.put("swap", Long.toString(step.planId()));
    details.put("from", step.from());
    details.put("to", step.to());
    details.put("by", step.asked().by());
    if (step.warmMs() >= 0) {
      details.put("warm.ms", Long.toString(step.warmMs()));
    }
    if (step.pauseMs() >= 0) {
      details.put("pause.ms", Long.toString(step.pauseMs()));
    }
    if (!step.why().isEmpty()) {
      details.put("why", step.why());
    }
    return details;
  }

  /** Complete when the swap has ended here, with the pause if this replica sees one. */
  CompletableFuture<SwapStatus> ended(long id) {
    CompletableFuture<SwapStatus> done = new CompletableFuture<>();
    host.onReplica(
        refused ->
            done.completeExceptionally(
                new ControlException(Code.UNAVAILABLE, host.statusNow().why())),
        replica -> {
          waiting.add(new Waiting(id, done));
          replica.swaps().forEach(this::answer);
        });
    return done;
  }

  CompletableFuture<List<SwapStatus>> list() {
    CompletableFuture<List<SwapStatus>> all = new CompletableFuture<>();
    host.onReplica(
        refused ->
            all.completeExceptionally(
                new ControlException(Code.UNAVAILABLE, host.statusNow().why())),
        replica -> all.complete(replica.swaps().stream().map(SwapWatch::status).toList()));
    return all;
  }

  private static SwapStatus status(SwapStep step) {
    return new SwapStatus(
        step.planId(),
        step.epoch(),
        step.from(),
        step.to(),
        word(step.phase()),
        step.why(),
        step.position(),
        step.warmMs(),
        step.pauseMs(),
        step.asked().by(),
        step.asked().atMs());
  }

  private static String word(SwapStep.Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }
}
