package org.quorate.itest.user;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;

/** Takes a lock that all users want, again and again, and writes into the log that it has it and had it. */
final class Turns implements CoordinatorUser.Work {
  private static final String LOCK = "user/turn";
  private static final long TTL_MS = 10_000;
  private static final long HELD_MS = 80;

  private final CoordinatorUser user;
  private CoordinatorSession session;

  Turns(CoordinatorUser user) {
    this.user = user;
  }

  @Override
  public void run() throws InterruptedException {
    while (user.going()) {
      try {
        turn();
      } catch (CoordinationException e) {
        user.diary().note("TURN " + e.code() + " " + e.getMessage());
        TimeUnit.MILLISECONDS.sleep(HELD_MS);
      }
    }
    if (session != null) {
      CoordinatorUser.await(session.close());
    }
  }

  private void turn() throws InterruptedException {
    if (session == null || session.ended().toCompletableFuture().isDone()) {
      SessionSpec spec = SessionSpec.of("turns of " + user.name(), TTL_MS);
      session = CoordinatorUser.await(user.coordinator().openSession(spec));
    }
    LockSpec spec = LockSpec.queued(LOCK, "a turn", 600_000);
    HeldLock lock = CoordinatorUser.await(session.lock(spec)).orThrow();
    try {
      append("IN", lock);
      TimeUnit.MILLISECONDS.sleep(HELD_MS);
      append("OUT", lock);
    } finally {
      giveBack(lock);
    }
  }

  /** What was refused is asked for again; what is not known takes care of itself. */
  private void giveBack(HeldLock lock) throws InterruptedException {
    while (!lock.lost().toCompletableFuture().isDone()) {
      try {
        CoordinatorUser.await(lock.release());
        return;
      } catch (CoordinationException e) {
        user.diary().note("TURN kept " + lock.token() + " " + e.code() + " " + e.getMessage());
        if (e.code() != CoordinationException.Code.UNAVAILABLE) {
          return;
        }
      }
    }
  }

  /** Only as long as it is held. */
  private void append(String what, HeldLock lock) throws InterruptedException {
    Condition held = new Condition.Held(LOCK, lock.token());
    Bytes value = Bytes.utf8(what + " " + lock.token() + " " + user.name());
    Op entry = new Op.PutSequential(CoordinatorUser.LOG + "/e", value, 0);
    if (!CoordinatorUser.await(
            user.coordinator().transact(new Transaction(List.of(held), List.of(entry))))
        .succeeded()) {
      user.diary().note("TURN lost " + lock.token());
    }
  }
}
