package org.quorate.coordinator.swap;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.kit.ServiceLoop;

/**
 * Who uses a coordinator in this process, and the provider that it has. A target that does not open is
 * tried until it does, or all has gone on elsewhere. All on the loop.
 */
final class SwapUser {
  private static final long AGAIN_MS = 100;

  private final String client;
  private final SwappableCoordinator coordinator;
  private final ServiceLoop loop;
  private long epoch;
  private long goal;
  private CompletableFuture<Void> going = CompletableFuture.completedFuture(null);
  private long preparedEpoch;
  private CompletableFuture<Coordinator> prepared;
  private boolean held;
  private boolean over;

  /**
   * One that uses the place of an epoch.
   *
   * @param client shown to people
   */
  SwapUser(String client, SwappableCoordinator coordinator, long epoch, ServiceLoop loop) {
    this.client = client;
    this.coordinator = coordinator;
    this.epoch = epoch;
    this.goal = epoch;
    this.loop = loop;
  }

  SwappableCoordinator coordinator() {
    return coordinator;
  }

  /** Nothing is believed that its provider says, until the swap is over. */
  void hold() {
    held = true;
    coordinator.hold();
  }

  /** Its provider serves on. */
  void resume() {
    if (held) {
      held = false;
      coordinator.resume();
    }
  }

  /** Opens the target beside what serves; completes when it is open. */
  CompletionStage<Coordinator> prepare(SwapRecord record, CoordinatorPlace target) {
    boolean other = preparedEpoch != record.toEpoch();
    if (other || prepared == null || prepared.isCompletedExceptionally()) {
      forget();
      preparedEpoch = record.toEpoch();
      prepared = target.open(client, record.toEpoch()).toCompletableFuture();
      coordinator.prepared(prepared);
    }
    return prepared;
  }

  /** What was prepared is not wanted. */
  void forget() {
    if (prepared != null) {
      prepared.thenAccept(Coordinator::shutdown);
      prepared = null;
      if (!over) {
        coordinator.prepared(null);
      }
    }
  }

  /** It uses the coordinator no more. */
  void end() {
    over = true;
    forget();
  }

  /** Whether it has not been where the record says that all is. */
  boolean isBehind(SwapRecord record) {
    return epoch != record.epoch();
  }

  /** Goes where all is before the swap that is recorded; completes when all has gone over. */
  CompletionStage<Void> catchUp(SwapRecord record, CoordinatorPlace source) {
    return go(
        record.fromEpoch(),
        () -> {
          forget();
          return source.open(client, record.fromEpoch());
        },
        to -> coordinator.switchTo(to, SwappableCoordinator.UNKNOWN, 0));
  }

  /** Goes over to the provider that serves, unless it is there; completes when all has gone over. */
  CompletionStage<Void> turn(SwapRecord record, CoordinatorPlace target) {
    boolean next = epoch == record.fromEpoch();
    return go(
        record.epoch(),
        () -> prepare(record, target),
        to -> {
          prepared = null;
          coordinator.prepared(null);
          return coordinator.switchTo(
              to, next ? record.sealedAt() : SwappableCoordinator.UNKNOWN, record.begunAt());
        });
  }

  private interface Opening {
    CompletionStage<Coordinator> open();
  }

  private interface Switching {
    CompletionStage<Void> to(Coordinator opened);
  }

  private CompletionStage<Void> go(long to, Opening opening, Switching switching) {
    if (goal != to) {
      goal = to;
      going = new CompletableFuture<>();
      go(to, opening, switching, going);
    }
    return going;
  }

  private void go(long to, Opening opening, Switching switching, CompletableFuture<Void> arrived) {
    if (goal != to || over) {
      arrived.complete(null); // all has gone on elsewhere meanwhile
      return;
    }
    loop.then(
        opening.open(),
        (opened, problem) -> {
          if (problem != null) {
            loop.after(AGAIN_MS, () -> go(to, opening, switching, arrived));
          } else if (goal != to || over) {
            opened.shutdown();
            arrived.complete(null);
          } else {
            epoch = to;
            held = false;
            switching.to(opened).whenComplete((all, never) -> arrived.complete(null));
          }
        });
  }
}
