package org.quorate.coordinator.swap;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;

/** Who uses a coordinator in this process, and the provider that it has. All on the loop. */
final class SwapUser {
  private final String client;
  private final SwappableCoordinator coordinator;
  private final Executor loop;
  private long epoch;
  private long preparedEpoch;
  private CompletableFuture<Coordinator> prepared;

  /**
   * One that uses the place of an epoch.
   *
   * @param client shown to people
   */
  SwapUser(String client, SwappableCoordinator coordinator, long epoch, Executor loop) {
    this.client = client;
    this.coordinator = coordinator;
    this.epoch = epoch;
    this.loop = loop;
  }

  SwappableCoordinator coordinator() {
    return coordinator;
  }

  /** Opens the target beside what serves; completes when it is open. */
  CompletionStage<Coordinator> prepare(SwapRecord record, CoordinatorPlace target) {
    boolean other = preparedEpoch != record.toEpoch();
    if (other || prepared == null || prepared.isCompletedExceptionally()) {
      forget();
      preparedEpoch = record.toEpoch();
      prepared = target.open(client, record.toEpoch()).toCompletableFuture();
    }
    return prepared;
  }

  /** What was prepared is not wanted. */
  void forget() {
    if (prepared != null) {
      prepared.thenAccept(Coordinator::shutdown);
      prepared = null;
    }
  }

  /** Whether it has not been where the record says that all is. */
  boolean isBehind(SwapRecord record) {
    return epoch != record.epoch();
  }

  /** Goes where all is before the swap that is recorded; completes when all has gone over. */
  CompletionStage<Void> catchUp(SwapRecord record, CoordinatorPlace source) {
    forget();
    return source
        .open(client, record.fromEpoch())
        .thenComposeAsync(
            to -> {
              epoch = record.fromEpoch();
              return coordinator.switchTo(to, SwappableCoordinator.UNKNOWN, 0);
            },
            loop);
  }

  /** Goes over to the provider that serves, unless it is there; completes when all has gone over. */
  CompletionStage<Void> turn(SwapRecord record, CoordinatorPlace target) {
    if (epoch == record.epoch()) {
      return CompletableFuture.completedFuture(null);
    }
    boolean next = epoch == record.fromEpoch();
    return prepare(record, target)
        .thenComposeAsync(
            to -> {
              epoch = record.epoch();
              prepared = null;
              return coordinator.switchTo(
                  to, next ? record.sealedAt() : SwappableCoordinator.UNKNOWN, record.begunAt());
            },
            loop);
  }
}
