package org.quorate.itest.user;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.WatchListener;

/** Follows the log from when it begins. */
final class Watching implements WatchListener {
  private static final long PATIENCE_S = 60;

  private final CoordinatorUser user;
  private long seen;

  Watching(CoordinatorUser user) throws InterruptedException {
    this.user = user;
    CoordinatorUser.await(begin());
  }

  private CompletionStage<Void> begin() {
    Scope log = Scope.tree(CoordinatorUser.LOG);
    RangeQuery now = RangeQuery.of(log).withLimit(1);
    return user.coordinator()
        .range(now)
        .thenAccept(
            listed -> {
              user.diary().note("WATCHES " + (listed.revision() + 1));
              user.coordinator().watch(log, listed.revision() + 1, this);
            });
  }

  @Override
  public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
    for (KeyEvent event : events) {
      String what =
          event.deleted()
              ? event.revision() + " " + event.key() + " deleted"
              : CoordinatorUser.shown(event.entry());
      user.diary().note("SAW " + what);
    }
    synchronized (this) {
      seen = upTo;
      notifyAll();
    }
    return null;
  }

  @Override
  public void ended(CoordinationException why) {
    user.diary().note("BLIND " + why.code() + " " + why.getMessage());
    if (why.code() == CoordinationException.Code.COMPACTED) {
      begin();
    }
  }

  /** Waits until all up to a revision was told. */
  synchronized void hasSeen(long revision) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (seen < revision && System.nanoTime() < end) {
      wait(100);
    }
    if (seen < revision) {
      user.diary().note("BLIND since " + seen);
    }
  }
}
