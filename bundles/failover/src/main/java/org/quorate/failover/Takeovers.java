package org.quorate.failover;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Owner;
import org.quorate.spi.failover.FailoverRecord.Phase;
import org.quorate.spi.failover.TakeoverHandler;

/** Does what this node is told to take over. All on the loop, but for the handlers. */
final class Takeovers {
  private final Loop loop;
  private final Executor workers;
  private final Function<String, TakeoverHandler> handlers;
  private final BiFunction<View.Versioned, Owner, Work> works;
  private final Map<Long, Work> running = new HashMap<>();

  /**
   * What takes over.
   *
   * @param handlers by type; null for one that there is none for
   */
  Takeovers(
      Loop loop,
      Executor workers,
      Function<String, TakeoverHandler> handlers,
      BiFunction<View.Versioned, Owner, Work> works) {
    this.loop = loop;
    this.workers = workers;
    this.handlers = handlers;
    this.works = works;
  }

  /** Begins what is new, and stops what was given to others. */
  void changed(View view, Owner self) {
    for (Iterator<Work> all = running.values().iterator(); all.hasNext(); ) {
      Work work = all.next();
      View.Versioned now = view.record(work.id());
      if (view.gone(work.id())) {
        work.gone();
        if (work.over()) {
          all.remove();
        }
      } else if (now != null
          && !Rules.has(now.record(), self, work.token())
          && now.record().takeover().number() >= work.token()) {
        work.fence("it was given to others");
        all.remove();
      }
    }
    for (View.Versioned v : view.records()) {
      FailoverRecord r = v.record();
      FailoverRecord.Takeover t = r.takeover();
      if (t.phase() == Phase.NOTIFIED
          && Rules.same(t.node(), self)
          && !running.containsKey(r.id())) {
        begin(works.apply(v, self));
      }
    }
  }

  void fenced(String why) {
    running.values().forEach(w -> w.fence(why));
    running.clear();
  }

  private void begin(Work work) {
    running.put(work.id(), work);
    loop.then(
        work.acknowledge(),
        (ok, e) -> {
          if (e == null) {
            handOut(work);
          }
        });
  }

  private void handOut(Work work) {
    try {
      workers.execute(() -> handle(work));
    } catch (RuntimeException e) { // as a pool that is full or shut down
      work.fail(said(e));
    }
  }

  /** Whatever it throws, the record is given back. Only its first answer is heard. */
  private void handle(Work work) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    answer.whenComplete(
        (ok, e) -> {
          if (e == null) {
            loop.execute(() -> finish(work));
          } else {
            work.fail(said(e));
          }
        });
    try {
      TakeoverHandler handler = handlers.apply(work.record().type());
      if (handler == null) {
        throw new FailoverException(
            Code.INVALID, "this node has no handler for " + work.record().type());
      }
      Objects.requireNonNull(handler.takeOver(work), "the handler answered null")
          .whenComplete(
              (ok, e) -> {
                if (e == null) {
                  answer.complete(null);
                } else {
                  answer.completeExceptionally(e);
                }
              });
    } catch (Throwable e) {
      answer.completeExceptionally(e);
    }
  }

  /** If it was completed by the handler there is nothing left to do. */
  private static void finish(Work work) {
    if (!work.over()) {
      work.complete();
    }
  }

  private static String said(Throwable thrown) {
    boolean wrapped = thrown instanceof CompletionException && thrown.getCause() != null;
    return String.valueOf(wrapped ? thrown.getCause() : thrown);
  }
}
