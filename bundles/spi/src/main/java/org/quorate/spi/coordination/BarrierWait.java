package org.quorate.spi.coordination;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Waits at a barrier by blocking queries alone: one is under way at a time, its wait the deadline. */
final class BarrierWait {
  private final Coordinator coordinator;
  private final BarrierSpec spec;
  private final List<Scope> scopes = new ArrayList<>();
  private final long deadlineNanos;
  private final TreeMap<String, KeyEntry> answers = new TreeMap<>();
  private final TreeSet<String> gone = new TreeSet<>();
  private Map<String, Long> born;

  BarrierWait(Coordinator coordinator, BarrierSpec spec) {
    this.coordinator = coordinator;
    this.spec = spec;
    this.deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(spec.timeoutMs());
    scopes.add(Scope.tree(spec.path()));
    if (!spec.live().isEmpty()) {
      scopes.add(Scope.tree(spec.live()));
    }
  }

  CompletionStage<BarrierResult> start() {
    CompletableFuture<BarrierResult> done = new CompletableFuture<>();
    look(0, 0, done);
    return done;
  }

  private void look(long index, long waitMs, CompletableFuture<BarrierResult> done) {
    coordinator
        .poll(scopes, index, waitMs)
        .whenComplete(
            (seen, problem) -> {
              if (problem != null) {
                done.completeExceptionally(problem);
              } else if (seen.more()) { // who is not listed is neither gone nor missing
                done.completeExceptionally(tooMany());
              } else {
                judge(seen, done);
              }
            });
  }

  private CoordinationException tooMany() {
    return new CoordinationException(
        CoordinationException.Code.TOO_LARGE,
        "more than "
            + CoordinationLimits.LISTING_ENTRIES
            + " keys are below '"
            + spec.path()
            + (spec.live().isEmpty() ? "'" : "' and '" + spec.live() + "'")
            + ": let a barrier have a path of its own");
  }

  private void judge(Listing seen, CompletableFuture<BarrierResult> done) {
    take(seen);
    List<String> missing = new ArrayList<>(spec.expected());
    missing.removeAll(answers.keySet());
    missing.removeAll(gone);
    long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
    if (missing.isEmpty() || leftMs <= 0) {
      done.complete(new BarrierResult(seen.revision(), answers, missing, new ArrayList<>(gone)));
    } else {
      look(seen.revision(), leftMs, done);
    }
  }

  private void take(Listing seen) {
    Map<String, Long> living = new HashMap<>();
    for (KeyEntry entry : seen.entries()) {
      String answering = member(entry.key(), spec.path());
      if (answering != null && spec.expected().contains(answering)) {
        answers.put(answering, entry);
      }
      String live = spec.live().isEmpty() ? null : member(entry.key(), spec.live());
      if (live != null) {
        living.put(live, entry.createRevision());
      }
    }
    if (spec.live().isEmpty()) {
      return;
    }
    born = born == null ? living : born;
    for (String member : spec.expected()) {
      Long since = born.get(member);
      if (since == null || !since.equals(living.get(member))) {
        gone.add(member);
      }
    }
    gone.removeAll(answers.keySet());
  }

  /** The name directly below a path, or null. */
  private static String member(String key, String path) {
    if (!Scope.tree(path).contains(key)) {
      return null;
    }
    String name = key.substring(path.isEmpty() ? 0 : path.length() + 1);
    return name.indexOf('/') < 0 ? name : null;
  }
}
