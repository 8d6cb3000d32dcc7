package org.quorate.coordinator.swap;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.Standing;

/**
 * Raises the epoch of the tokens by which places are changed above what they keep: where swaps are recorded
 * may have been made anew, and then its locks give low tokens again. It is raised only while the place that
 * has all stands as the record says: where more was done than is recorded, somebody has to look. On the loop.
 */
final class SwapFence {
  /** A place that does not answer by then refuses the token itself, when it does. */
  private static final long ASK_MS = 2_000;

  private final Opening places;

  /** Who opens places. */
  interface Opening {
    CompletionStage<Movable> at(String place, long epoch);
  }

  SwapFence(Opening places) {
    this.places = places;
  }

  /**
   * The record with a higher epoch; fails with LOCK_LOST if no place keeps a higher token, or the one that
   * has all does not stand as the record says.
   *
   * @param why what a place has said
   */
  CompletionStage<SwapRecord> raised(
      SwapRecord record, FencingToken lock, CoordinationException why) {
    boolean leaving = record.phase() == SwapPhase.SWITCHED;
    String home = leaving ? record.from() : record.serving();
    return standing(home, leaving ? record.fromEpoch() : record.epoch())
        .thenCompose(
            at -> {
              if (!agrees(record, at)) {
                throw refused(
                    why,
                    "'"
                        + home
                        + "' does not stand as this swap has left it in "
                        + record.phase()
                        + ": "
                        + said(at));
              }
              Set<String> others = new LinkedHashSet<>(record.left());
              others.add(record.from());
              others.add(record.to());
              others.remove(home);
              return highest(new ArrayList<>(others), record, at.mover());
            })
        .thenApply(
            highest -> {
              if (highest.compareTo(record.token(lock)) <= 0) {
                throw refused(why, "no place that answers keeps a higher token");
              }
              return record.fenced(Math.addExact(highest.epoch(), 1));
            });
  }

  private CompletionStage<FencingToken> highest(
      List<String> left, SwapRecord record, FencingToken highest) {
    if (left.isEmpty()) {
      return CompletableFuture.completedFuture(highest);
    }
    String next = left.remove(0);
    return standing(next, next.equals(record.from()) ? record.fromEpoch() : record.toEpoch())
        .toCompletableFuture()
        .copy()
        .orTimeout(ASK_MS, TimeUnit.MILLISECONDS)
        .handle((at, unreachable) -> at == null ? Standing.NOBODY : at.mover())
        .thenCompose(
            found -> highest(left, record, found.compareTo(highest) > 0 ? found : highest));
  }

  private CompletionStage<Standing> standing(String place, long epoch) {
    return places.at(place, epoch).thenCompose(Movable::standing);
  }

  /** Whether the place that has all is as it has to be in this phase. */
  private static boolean agrees(SwapRecord record, Standing at) {
    boolean open = at.sealed() == null;
    boolean sealed = !open && !at.left() && at.sealed().equals(record.sealing());
    boolean left = at.left() && record.leaving().equals(at.sealed());
    return switch (record.phase()) {
      case PLANNED, RETIRED, ABORTED -> open;
      case WARMING, ABORTING -> open || sealed;
      case SEALED -> sealed;
      case TAKEN -> sealed || left;
      case SWITCHED -> left;
    };
  }

  private static String said(Standing at) {
    return at.sealed() == null ? "it is open" : "it is sealed, " + at.sealed();
  }

  private static CoordinationException refused(CoordinationException why, String more) {
    return new CoordinationException(Code.LOCK_LOST, why.getMessage() + "; " + more);
  }
}
