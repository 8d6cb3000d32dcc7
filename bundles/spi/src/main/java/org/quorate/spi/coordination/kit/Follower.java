package org.quorate.spi.coordination.kit;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.quorate.spi.coordination.Capability;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Subscription;
import org.quorate.spi.coordination.WatchListener;

/**
 * Keeps a mirror of keys: lists them once, then takes changes in; from the beginning when the history
 * from there is gone. All on the loop.
 *
 * @param <M> the mirror
 */
public final class Follower<M extends Mirror> {
  private final Coordinator coordinator;
  private final Scope scope;
  private final ServiceLoop loop;
  private final long retryMs;
  private final Supplier<M> empty;
  private final Consumer<M> changed;
  private Subscription watch;
  private boolean stopped;
  private String refused = "";

  /**
   * Follows when it is {@link #start started}.
   *
   * @param scope the keys
   * @param retryMs after how long what failed is tried again
   * @param empty makes a mirror
   * @param changed told the mirror after each change, and after it was listed
   */
  public Follower(
      Coordinator coordinator,
      Scope scope,
      ServiceLoop loop,
      long retryMs,
      Supplier<M> empty,
      Consumer<M> changed) {
    this.coordinator = coordinator;
    this.scope = scope;
    this.loop = loop;
    this.retryMs = retryMs;
    this.empty = empty;
    this.changed = changed;
  }

  /** Lists and watches; once. */
  public void start() {
    if (!stopped) {
      list(empty.get(), RangeQuery.of(scope), 0, 0);
    }
  }

  /** Tells no change any more. */
  public void stop() {
    stopped = true;
    if (watch != null) {
      watch.close();
    }
  }

  /**
   * All pages at the revision of the first, where that can be asked for. Elsewhere later ones may be newer:
   * from the first on every change is told again, and nothing is told before what came with the newest
   * entry is there. Only a deletion between two pages may be seen there before what came with it.
   *
   * @param first revision of the first page, 0 while it is asked for
   * @param last of the newest entry so far
   */
  private void list(M mirror, RangeQuery query, long first, long last) {
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
          long newest = last;
          for (KeyEntry entry : page.entries()) {
            try {
              mirror.put(entry);
            } catch (RuntimeException thrown) {
              refused(entry, thrown);
              return;
            }
            newest = Math.max(newest, entry.modRevision());
          }
          if (page.more()) {
            boolean pinned = coordinator.capabilities().contains(Capability.OLD_REVISIONS);
            list(mirror, query.after(page, pinned), from, newest);
          } else {
            listed(mirror, from, newest);
          }
        });
  }

  /** What cannot be taken in, such as that of a newer version, is listed again; told once. */
  private void refused(KeyEntry entry, RuntimeException thrown) {
    loop.after(retryMs, this::start);
    String what = entry.key() + " " + entry.modRevision();
    if (!what.equals(refused)) {
      refused = what;
      throw new IllegalStateException("key " + entry.key() + " cannot be taken in", thrown);
    }
  }

  /**
   * What is listed is told as soon as it is of one revision.
   *
   * @param level what came with the newest entry has to be there
   */
  private void listed(M mirror, long from, long level) {
    mirror.at(from);
    watch = coordinator.watch(scope, from + 1, new Listener(mirror, level));
    if (level <= from) {
      changed.accept(mirror);
    }
  }

  private final class Listener implements WatchListener {
    private final M mirror;
    private final long level;

    Listener(M mirror, long level) {
      this.mirror = mirror;
      this.level = level;
    }

    @Override
    public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
      CompletableFuture<Void> taken = new CompletableFuture<>();
      loop.execute(
          () -> {
            try {
              if (!stopped) {
                events.forEach(mirror::apply);
                mirror.at(upTo);
                if (upTo >= level) {
                  changed.accept(mirror);
                }
              }
            } finally {
              taken.complete(null); // whatever was thrown: what comes next is told all the same
            }
          });
      return taken;
    }

    @Override
    public void ended(CoordinationException why) {
      loop.execute(() -> loop.after(retryMs, Follower.this::start));
    }
  }
}
