package org.quorate.spi.coordination;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An election that was won: the lock of its name is held, and the key of its name has the winner's
 * value, owned by its session. Others read and watch that key.
 */
public final class Leadership {
  /** How often a lock is given back that nobody can lead with; what cannot be reached takes its time. */
  private static final int ATTEMPTS = 20;

  private final Coordinator coordinator;
  private final HeldLock lock;

  Leadership(Coordinator coordinator, HeldLock lock) {
    this.coordinator = coordinator;
    this.lock = lock;
  }

  /** This one, as soon as its key says so; null if it was lost before. */
  CompletionStage<Leadership> announced(org.quorate.api.Bytes value) {
    CompletableFuture<Leadership> won = new CompletableFuture<>();
    announce(value)
        .whenComplete(
            (leads, problem) -> {
              if (problem == null && leads) {
                won.complete(this);
                return;
              }
              giveBack(ATTEMPTS)
                  .whenComplete(
                      (released, failed) -> {
                        if (problem == null) {
                          won.complete(null);
                        } else {
                          won.completeExceptionally(problem);
                        }
                      });
            });
    return won;
  }

  /** Else its session would wait for itself, and everybody for it. */
  private CompletionStage<Boolean> giveBack(int attempts) {
    return lock.release()
        .handle(
            (released, problem) ->
                problem == null || attempts == 1 || lock.lost().toCompletableFuture().isDone()
                    ? CompletableFuture.completedStage(problem == null && released)
                    : giveBack(attempts - 1))
        .thenCompose(stage -> stage);
  }

  /** Proof for what is led; also {@link Condition.Held} with the election's name. */
  public FencingToken token() {
    return lock.token();
  }

  /** Completes when another may lead, as soon as this coordinator knows. */
  public CompletionStage<HeldLock.Loss> lost() {
    return lock.lost();
  }

  /**
   * Changes what the key says.
   *
   * @return false if it does not lead any more
   */
  public CompletionStage<Boolean> announce(org.quorate.api.Bytes value) {
    return coordinator
        .transact(
            new Transaction(
                java.util.List.of(new Condition.Held(lock.name(), lock.token())),
                java.util.List.of(new Op.Put(lock.name(), value, lock.session()))))
        .thenApply(TransactionResult::succeeded);
  }

  /**
   * Steps down: deletes the key and gives the lock to the next candidate.
   *
   * @return false if it did not lead any more
   */
  public CompletionStage<Boolean> resign() {
    return coordinator
        .transact(
            new Transaction(
                java.util.List.of(new Condition.Held(lock.name(), lock.token())),
                java.util.List.of(new Op.Delete(lock.name()))))
        .thenCompose(ignored -> lock.release());
  }
}
