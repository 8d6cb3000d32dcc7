package org.quorate.itest.user;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;

/**
 * A session from the first to the last day, taken up again by who comes after a kill; with a key of its own,
 * and a lock that it keeps once it has it.
 */
final class Keeper {
  private static final String LOCK = "user/kept";
  private static final long TTL_MS = 120_000;

  private final CoordinatorUser user;
  private final Coordinator coordinator;
  private final CoordinatorSession session;

  Keeper(CoordinatorUser user) throws InterruptedException {
    this.user = user;
    this.coordinator = user.coordinator();
    List<String> before = user.diary().said("KEEPER");
    session = before.isEmpty() ? opened() : resumed(before.get(before.size() - 1).split(" "));
    session.ended().thenAccept(how -> user.diary().note("ENDED " + session.id() + " " + how));
  }

  private CoordinatorSession opened() throws InterruptedException {
    SessionSpec spec = SessionSpec.of("keeper of " + user.name(), TTL_MS);
    CoordinatorSession mine = CoordinatorUser.await(coordinator.openSession(spec));
    String secret = HexFormat.of().formatHex(mine.secret().toByteArray());
    Op own = new Op.Put(key(mine.id()), Bytes.utf8(user.name()), mine.id());
    CoordinatorUser.await(coordinator.transact(Transaction.of(own)));
    user.diary().note("KEEPER " + mine.id() + " " + secret);
    keep(mine.lock(LockSpec.queued(LOCK, "to keep it", 600_000)));
    return mine;
  }

  private CoordinatorSession resumed(String[] known) throws InterruptedException {
    long id = Long.parseLong(known[0]);
    Bytes secret = Bytes.wrap(HexFormat.of().parseHex(known[1]));
    CoordinatorSession mine = CoordinatorUser.await(coordinator.resume(id, secret, true));
    user.diary().note("RESUMED " + id);
    isOwn(id);
    LockSpec spec = LockSpec.queued(LOCK, "to keep it", 600_000);
    FencingToken token = claim(id);
    if (token == null) {
      user.diary().note("UNCLAIMED " + id);
      keep(mine.lock(spec));
    } else {
      keep(mine.adopt(spec, token));
    }
    return mine;
  }

  private static String key(long session) {
    return "user/online/" + session;
  }

  private void isOwn(long id) throws InterruptedException {
    KeyEntry own = CoordinatorUser.await(coordinator.get(key(id)));
    if (own == null || own.owner() != id) {
      user.diary().note("NOT MINE " + own);
    }
  }

  private FencingToken claim(long id) throws InterruptedException {
    for (LockInfo info : CoordinatorUser.await(coordinator.locks(Scope.key(LOCK)))) {
      if (info.holder() != null && info.holder().session() == id) {
        return info.holder().token();
      }
      for (LockInfo.Claim waits : info.waiting()) {
        if (waits.session() == id) {
          return waits.token();
        }
      }
    }
    return null;
  }

  private void keep(CompletionStage<LockOutcome> asked) {
    asked.whenComplete(
        (outcome, problem) -> {
          if (problem != null) {
            user.diary().note("UNKEPT " + problem);
            return;
          }
          HeldLock lock = outcome.orThrow();
          user.diary().note("KEPT " + lock.token() + " by " + user.name());
          lock.lost().thenAccept(how -> user.diary().note("LOST " + lock.token() + " " + how));
        });
  }

  /** The session, the key and the lock are as they were; then they end. */
  void close() throws InterruptedException {
    isOwn(session.id());
    if (session.ended().toCompletableFuture().isDone()) {
      user.diary().note("NOT KEPT");
    }
    CoordinatorUser.await(session.keepAlive());
    user.diary().note("CLOSES");
    CoordinatorUser.await(session.close());
  }
}
