package org.quorate.coordinator.kv;

import java.util.List;
import org.quorate.api.GroupAccess;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.FencingToken;

/**
 * A claim that waits: watches the one before it until there is none. What is told of a change comes with
 * the queue as it is since, so who is next knows it without a request. On the group's loop.
 */
final class InLine {
  private static final long PAUSE_MS = 50;

  /** Told once. */
  interface Owner {
    /** It is the oldest one: it holds the lock. */
    void first();

    /** It is not in the queue any more. */
    void gone(CoordinationException why);

    /** It would not learn when it has the lock. */
    void unwatched(CoordinationException why);
  }

  private final Store store;
  private final Session session;
  private final ClaimKey key;
  private final FencingToken token;
  private final Owner owner;
  private Runnable watch = () -> {};
  private boolean over;

  InLine(Store store, Session session, ClaimKey key, FencingToken token, Owner owner) {
    this.store = store;
    this.session = session;
    this.key = key;
    this.token = token;
    this.owner = owner;
  }

  /** Nothing is told any more. */
  void end() {
    over = true;
    watch.run();
  }

  /** Goes by the queue at a revision. */
  void judge(List<KvEntry> line, long revision) {
    Base base = session.base();
    KvEntry before = null;
    boolean there = false;
    for (KvEntry entry : line) {
      if (entry.key().equals(key.place())) {
        there = true;
      } else if (base.token(entry).compareTo(token) < 0
          && (before == null || base.token(entry).compareTo(base.token(before)) > 0)) {
        before = entry;
      }
    }
    if (!there) {
      lookWhy(revision);
    } else if (before == null) {
      end();
      owner.first();
    } else {
      watch =
          store.watch(
              key.behind(before.key()),
              revision,
              key.line(),
              KvResult.RangeDone.class,
              this::changed);
    }
  }

  /** Something has become of the claim before this one, or of this one. */
  private void changed(long version, KvResult.RangeDone line) {
    if (over) {
      return;
    }
    if (version == GroupAccess.TOO_MANY) {
      end();
      owner.unwatched(Failures.tooManyWatches());
    } else if (line != null && !line.more()) {
      judge(line.entries(), line.revision());
    } else {
      look(version);
    }
  }

  /** Reads the queue; version 0 for one that has all acknowledged writes. */
  void look(long version) {
    store
        .found(session.base(), key.queue(), store.reaching(version))
        .whenCompleteAsync(
            (read, problem) -> {
              if (over) {
                return;
              } else if (problem != null) {
                watch = store.access.after(PAUSE_MS, () -> look(0));
              } else {
                judge(read.entries(), read.revision());
              }
            },
            store.access.loop());
  }

  /** Someone took the place away, or it went with its session. */
  private void lookWhy(long revision) {
    store
        .found(session.base(), session.place(), store.reaching(revision))
        .whenCompleteAsync(
            (lives, problem) -> {
              if (over) {
                return;
              } else if (problem != null) {
                watch = store.access.after(PAUSE_MS, () -> lookWhy(0));
                return;
              }
              end();
              owner.gone(
                  lives.entry() == null
                      ? Failures.expired(session.id())
                      : Failures.failure(Code.LOCK_LOST, "the place in the queue was taken away"));
            },
            store.access.loop());
  }
}
