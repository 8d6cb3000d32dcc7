package org.quorate.failover;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Subscription;
import org.quorate.spi.coordination.WatchListener;

/** Keeps a view of the registry: lists it once, then takes changes in. All on the loop. */
final class Follower {
  private final Coordinator coordinator;
  private final Layout layout;
  private final Loop loop;
  private final long retryMs;
  private final Consumer<View> changed;
  private Subscription watch;
  private boolean stopped;

  Follower(
      Coordinator coordinator, Layout layout, Loop loop, long retryMs, Consumer<View> changed) {
    this.coordinator = coordinator;
    this.layout = layout;
    this.loop = loop;
    this.retryMs = retryMs;
    this.changed = changed;
  }

  void start() {
    if (!stopped) {
      list(new View(layout), RangeQuery.of(layout.all()), 0);
    }
  }

  void stop() {
    stopped = true;
    if (watch != null) {
      watch.close();
    }
  }

  /**
   * Later pages may be newer than the first: from that one on every change is told again.
   *
   * @param first revision of the first page, 0 while it is asked for
   */
  private void list(View view, RangeQuery query, long first) {
    loop.then(
        coordinator.range(query),
        (page, e) -> {
          if (stopped) {
            return;
          }
          if (e != null) {
            loop.after(retryMs, this::start);
            return;
          }
          long from = first == 0 ? page.revision() : first;
          page.entries().forEach(view::put);
          if (page.more()) {
            list(view, query.after(page, false), from);
          } else {
            listed(view, from);
          }
        });
  }

  private void listed(View view, long from) {
    view.at(from);
    changed.accept(view);
    watch = coordinator.watch(layout.all(), from + 1, new Listener(view));
  }

  private final class Listener implements WatchListener {
    private final View view;

    Listener(View view) {
      this.view = view;
    }

    @Override
    public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
      CompletableFuture<Void> taken = new CompletableFuture<>();
      loop.execute(
          () -> {
            if (!stopped) {
              events.forEach(view::apply);
              view.at(upTo);
              changed.accept(view);
            }
            taken.complete(null);
          });
      return taken;
    }

    @Override
    public void ended(CoordinationException why) {
      loop.execute(() -> loop.after(retryMs, Follower.this::start));
    }
  }
}
