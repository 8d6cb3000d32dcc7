package org.quorate.cli.bench.coord;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Subscription;
import org.quorate.spi.coordination.WatchListener;

/** Writes of some clients that another one watches: done when it has seen them. */
final class Notified implements AutoCloseable, WatchListener {
  private static final String TREE = "bench/watched";

  private final List<Coordinator> writers;
  private final Bytes value;
  private final AtomicReferenceArray<Promise<Boolean>> waiting;
  private final Subscription watch;

  Notified(Coordinator watcher, List<Coordinator> writers, Bytes value, int lanes, long from) {
    this.writers = writers;
    this.value = value;
    this.waiting = new AtomicReferenceArray<>(lanes);
    this.watch = watcher.watch(Scope.tree(TREE), from, this);
  }

  Future<Boolean> put(int lane, long number) {
    Promise<Boolean> seen = Promise.promise();
    waiting.set(lane, seen);
    writers
        .get(lane % writers.size())
        .put(TREE + "/" + lane, value)
        .whenComplete(
            (done, problem) -> {
              if (problem != null) {
                seen.tryComplete(false);
              }
            });
    return seen.future();
  }

  @Override
  public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
    for (KeyEvent event : events) {
      int lane = Integer.parseInt(event.key().substring(TREE.length() + 1));
      Promise<Boolean> seen = lane < waiting.length() ? waiting.get(lane) : null;
      if (seen != null) {
        seen.tryComplete(true);
      }
    }
    return null;
  }

  @Override
  public void ended(CoordinationException why) {
    for (int lane = 0; lane < waiting.length(); lane++) {
      Promise<Boolean> seen = waiting.get(lane);
      if (seen != null) {
        seen.tryFail(why);
      }
    }
  }

  @Override
  public void close() {
    watch.close();
  }
}
