package org.quorate.coordinator.swap;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.spi.coordination.Capability;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.kit.ServiceLoop;

/**
 * Works on a swap, step by step, for as long as it holds the lock of the swap: each step can be done
 * anew, and ends with a record that is only taken from who holds the lock. So whoever comes next goes on
 * from the record.
 */
final class SwapDriver {
  private static final long AGAIN_MS = 200;
  private static final long LOOK_MS = 1_000;

  /** How long listeners of watches may take before the provider before is emptied all the same. */
  private static final long LINGER_MS = 60_000;

  private final SwapRecords records;
  private final String node;
  private final Function<String, CoordinatorPlace> places;
  private final ServiceLoop loop;
  private final HeldLock lock;
  private final long patienceMs;
  private final List<Coordinator> opened = new ArrayList<>();
  private CompletableFuture<Movable> source;
  private CompletableFuture<Movable> target;
  private boolean sealedHere;
  private long sinceMs;

  /**
   * Makes one.
   *
   * @param places by name, null for one that this node does not know
   * @param patienceMs how long a step before the switch may be tried before the swap is given up
   */
  SwapDriver(
      SwapRecords records,
      String node,
      Function<String, CoordinatorPlace> places,
      ServiceLoop loop,
      HeldLock lock,
      long patienceMs) {
    this.records = records;
    this.node = node;
    this.places = places;
    this.loop = loop;
    this.lock = lock;
    this.patienceMs = patienceMs;
  }

  // ---- all steps ------------------------------------------------------------------------------

  /** Goes on until it is over; with null if somebody else works on it by now. On the loop. */
  CompletionStage<SwapRecords.Read> run(SwapRecords.Read seen) {
    CompletableFuture<SwapRecords.Read> over = new CompletableFuture<>();
    sinceMs = loop.nowMs();
    run(seen, over);
    return over.whenComplete((last, problem) -> close());
  }

  private void run(SwapRecords.Read seen, CompletableFuture<SwapRecords.Read> over) {
    if (seen == null || !seen.isActive() || lock.lost().toCompletableFuture().isDone()) {
      over.complete(seen == null || seen.isActive() ? null : seen);
      return;
    }
    loop.then(
        step(seen),
        (next, problem) -> {
          if (problem == null) {
            sinceMs = loop.nowMs();
            run(next, over);
          } else {
            failed(seen, Routing.cause(problem), over);
          }
        });
  }

  /** Tries again what may pass; gives the swap up if it may not and the target does not serve yet. */
  private void failed(
      SwapRecords.Read seen, CoordinationException why, CompletableFuture<SwapRecords.Read> over) {
    sealedHere = false;
    SwapPhase phase = seen.record().phase();
    boolean mayPass =
        why.code() == Code.UNAVAILABLE
            || why.code() == Code.OVERLOADED
            || why.code() == Code.INDETERMINATE;
    boolean late = loop.nowMs() - sinceMs >= patienceMs;
    boolean before = phase.compareTo(SwapPhase.TAKEN) < 0;
    if (before && (late || !mayPass)) {
      SwapPhase next = phase == SwapPhase.PLANNED ? SwapPhase.ABORTED : SwapPhase.ABORTING;
      loop.then(
          records.step(seen, seen.record().with(next, why.getMessage()), lock.token()),
          (read, problem) -> {
            if (problem == null) {
              run(read, over);
            } else {
              loop.after(AGAIN_MS, () -> reread(over));
            }
          });
    } else {
      loop.after(AGAIN_MS, () -> reread(over));
    }
  }

  /** What was recorded last may not have been answered. */
  private void reread(CompletableFuture<SwapRecords.Read> over) {
    if (lock.lost().toCompletableFuture().isDone()) {
      over.complete(null);
      return;
    }
    loop.then(
        records.read(),
        (read, problem) -> {
          if (problem == null) {
            run(read, over);
          } else {
            loop.after(AGAIN_MS, () -> reread(over));
          }
        });
  }

  private void close() {
    opened.forEach(Coordinator::abandon);
    opened.clear();
  }

  // ---- one step -------------------------------------------------------------------------------

  /** Does the next step; the record after it, or null if that is somebody else's by now. */
  CompletionStage<SwapRecords.Read> step(SwapRecords.Read seen) {
    SwapRecord record = seen.record();
    return switch (record.phase()) {
      case PLANNED -> check(record).thenCompose(fits -> recorded(seen, SwapPhase.WARMING));
      case WARMING -> warm(record).thenCompose(done -> recorded(seen, SwapPhase.SEALED));
      case SEALED -> take(record).thenCompose(taken -> records.step(seen, taken, lock.token()));
      case TAKEN -> recorded(seen, SwapPhase.SWITCHED);
      case SWITCHED -> retire(record).thenCompose(done -> recorded(seen, SwapPhase.RETIRED));
      case ABORTING -> goBack(record).thenCompose(done -> recorded(seen, SwapPhase.ABORTED));
      case RETIRED, ABORTED -> CompletableFuture.completedFuture(seen);
    };
  }

  private CompletionStage<SwapRecords.Read> recorded(SwapRecords.Read seen, SwapPhase next) {
    return records.step(seen, seen.record().with(next), lock.token());
  }

  private CompletionStage<Movable> source(SwapRecord record) {
    if (source == null || source.isCompletedExceptionally()) {
      source = open(record.from(), record.fromEpoch()).toCompletableFuture();
    }
    return source;
  }

  private CompletionStage<Movable> target(SwapRecord record) {
    if (target == null || target.isCompletedExceptionally()) {
      target = open(record.to(), record.toEpoch()).toCompletableFuture();
    }
    return target;
  }

  private CompletionStage<Movable> open(String name, long epoch) {
    CoordinatorPlace place = places.apply(name);
    if (place == null) {
      return CompletableFuture.failedFuture(
          new CoordinationException(
              Code.INVALID, "no coordinator '" + name + "' is configured on node " + node));
    }
    return place
        .open("swap", epoch)
        .thenApply(
            coordinator -> {
              loop.execute(() -> opened.add(coordinator));
              if (coordinator instanceof Movable movable) {
                return movable;
              }
              throw new CoordinationException(
                  Code.UNSUPPORTED, "the provider of '" + name + "' cannot be swapped");
            });
  }

  /** Whether the target can have all. */
  private CompletionStage<Void> check(SwapRecord record) {
    return source(record)
        .thenCombine(target(record), (from, to) -> objection(record, from, to))
        .thenCompose(done -> target(record))
        .thenCompose(Movable::inventory)
        .thenAccept(
            kept -> {
              if (!kept.isEmpty()) {
                throw notEmpty(record.to(), kept);
              }
            });
  }

  static CoordinationException notEmpty(String target, Inventory kept) {
    return new CoordinationException(
        Code.INVALID,
        "something is kept at '"
            + target
            + "' already: "
            + kept.keys().size()
            + " keys, "
            + kept.sessions().size()
            + " sessions, "
            + kept.locks().size()
            + " locks");
  }

  /** What the target lacks. */
  static Set<Capability> lost(Coordinator from, Coordinator to) {
    Set<Capability> lost = EnumSet.noneOf(Capability.class);
    lost.addAll(from.capabilities());
    lost.removeAll(to.capabilities());
    return lost;
  }

  private static Void objection(SwapRecord record, Movable from, Movable to) {
    Set<Capability> lost = lost(from, to);
    if (!lost.isEmpty() && !record.acceptLoss()) {
      throw new CoordinationException(
          Code.UNSUPPORTED, "'" + record.to() + "' lacks " + lost + ", which users may need");
    }
    return null;
  }

  /** A copy ahead, and every node ready; then nothing can be changed any more. */
  private CompletionStage<Void> warm(SwapRecord record) {
    return await(record, SwapPhase.WARMING, patienceMs)
        .thenCompose(ready -> source(record))
        .thenCompose(Movable::inventory)
        .thenCompose(kept -> target(record).thenCompose(to -> to.warm(kept)))
        .thenCompose(copied -> source(record))
        .thenCompose(from -> from.seal(reason(record)))
        .thenAccept(
            done -> {
              if (!done) {
                throw new CoordinationException(
                    Code.UNAVAILABLE, "somebody else changed the seal at the same time");
              }
              sealedHere = true;
            });
  }

  private static String reason(SwapRecord record) {
    return "swap " + record.number() + " moves it to '" + record.to() + "'";
  }

  /** What may be there from a try before, nobody has used. */
  private CompletionStage<SwapRecord> take(SwapRecord record) {
    boolean fresh = sealedHere;
    sealedHere = false;
    return await(record, SwapPhase.SEALED, patienceMs)
        .thenCompose(held -> target(record))
        .thenCompose(
            to ->
                fresh
                    ? CompletableFuture.completedFuture(true)
                    : to.retire(reason(record) + ", begun anew"))
        .thenCompose(empty -> source(record))
        .thenCompose(Movable::inventory)
        .thenCompose(kept -> target(record).thenCompose(to -> take(record, kept, to)));
  }

  private static CompletionStage<SwapRecord> take(
      SwapRecord record, Inventory kept, Movable target) {
    RangeQuery any = new RangeQuery(Scope.tree(""), "", 1, true, 0, false);
    return target
        .take(kept)
        .thenCompose(done -> target.range(any))
        .thenApply(seen -> record.taken(kept.revision(), seen.revision()));
  }

  private CompletionStage<Void> retire(SwapRecord record) {
    return await(record, SwapPhase.SWITCHED, LINGER_MS)
        .exceptionally(slow -> null)
        .thenCompose(done -> source(record))
        .thenCompose(from -> from.retire("moved to '" + record.to() + "'"))
        .thenAccept(done -> {});
  }

  /** First who serves; what is left at the target is of no use to anybody. */
  private CompletionStage<Void> goBack(SwapRecord record) {
    return source(record)
        .thenCompose(Movable::unseal)
        .thenCompose(
            open ->
                open
                    ? target(record)
                        .thenCompose(to -> to.retire(reason(record) + ", which was given up"))
                        .handle((done, unreachable) -> null)
                    : CompletableFuture.failedFuture(
                        new CoordinationException(
                            Code.UNAVAILABLE, "somebody else changed the seal at the same time")));
  }

  // ---- nodes ----------------------------------------------------------------------------------

  /** Completes when every node that uses the coordinator has acted upon a phase. */
  private CompletionStage<Void> await(SwapRecord record, SwapPhase phase, long waitMs) {
    CompletableFuture<Void> all = new CompletableFuture<>();
    await(record, phase, loop.nowMs() + waitMs, all);
    return all;
  }

  private void await(
      SwapRecord record, SwapPhase phase, long untilMs, CompletableFuture<Void> all) {
    loop.then(
        records.nodes(),
        (nodes, problem) -> {
          if (problem != null) {
            all.completeExceptionally(Routing.cause(problem));
            return;
          }
          List<String> awaited = new ArrayList<>();
          for (Map.Entry<String, SwapRecords.Acted> node : nodes.acted().entrySet()) {
            SwapRecords.Acted acted = node.getValue();
            if (acted.number() == record.number() && !acted.objection().isEmpty()) {
              all.completeExceptionally(
                  new CoordinationException(
                      Code.INVALID, node.getKey() + ": " + acted.objection()));
              return;
            } else if (!acted.hasReached(record, phase)) {
              awaited.add(node.getKey());
            }
          }
          if (awaited.isEmpty()) {
            all.complete(null);
          } else if (loop.nowMs() >= untilMs || lock.lost().toCompletableFuture().isDone()) {
            all.completeExceptionally(
                new CoordinationException(
                    Code.UNAVAILABLE, "nodes " + awaited + " have not come to " + phase));
          } else {
            loop.then(
                records.nodesChanged(nodes.revision(), LOOK_MS),
                (changed, unknown) -> await(record, phase, untilMs, all));
          }
        });
  }
}
