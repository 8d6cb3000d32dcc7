package org.quorate.client;

import java.util.List;
import org.quorate.api.GroupAccess;
import org.quorate.api.Gtid;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvError;
import org.quorate.api.kv.KvEvent;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the changes of a range: asks for those after the last seen, and when there are none waits
 * until a node has applied more. Nothing is lost or told twice when nodes come and go, since the
 * place is a revision of the group. On the client's loop.
 */
public final class KvWatch {
  /** Takes what a watch sees; on the client's loop: do not block. */
  public interface Listener {
    /**
     * Changes, in order.
     *
     * @param upTo every change up to this revision has been told
     */
    void changed(List<KvEvent> events, long upTo);

    /**
     * The watch has ended, told once: its place was compacted, the group refuses for good, {@link
     * #changed} threw or an answer cannot be read. Not told to who cancels it or closes the client.
     */
    void ended(RuntimeException why);
  }

  private static final Logger LOG = LoggerFactory.getLogger(KvWatch.class);
  private static final long PAUSE_MS = 50;

  private final GroupClient group;
  private final KeyRange keys;
  private final Listener listener;
  private long next;
  private long historyId;
  private boolean cancelled;

  KvWatch(GroupClient group, KeyRange keys, long from, Listener listener) {
    this.group = group;
    this.keys = keys;
    this.next = from;
    this.listener = listener;
  }

  void start() {
    group.client().loop().run(this::begin);
  }

  /** No call from now on. */
  void cancel() {
    group.client().loop().run(() -> cancelled = true);
  }

  /** Learns history and, if no revision was given, the present. */
  private void begin() {
    if (over()) {
      return;
    }
    group
        .read(new KvQuery.Stats().encode(), ReadLevel.LINEARIZABLE)
        .onSuccess(
            outcome -> {
              if (outcome instanceof ReadOutcome.Answered a) {
                historyId = a.gtid().historyId();
                next = next == 0 ? a.gtid().version() + 1 : next;
                ask();
              } else {
                unanswered(((ReadOutcome.Unanswered) outcome).why(), this::begin);
              }
            });
  }

  private boolean over() {
    return cancelled || group.client().isClosed();
  }

  /** At whatever node is asked now: it has what was told last. */
  private void ask() {
    ask(next > 1 ? new ReadLevel.Causal(new Gtid(historyId, next - 1)) : ReadLevel.LOCAL);
  }

  /** At a node that knows of all: the one before may be cut off, or no member any more. */
  private void askAnew() {
    ask(ReadLevel.LINEARIZABLE);
  }

  private void ask(ReadLevel level) {
    if (!over()) {
      KvQuery query = new KvQuery.Changes(keys, next, 0, 0, true);
      group.read(query.encode(), level).onSuccess(this::told);
    }
  }

  private void told(ReadOutcome outcome) {
    if (over()) {
      return;
    }
    if (outcome instanceof ReadOutcome.Unanswered u) {
      unanswered(u.why(), this::askAnew);
      return;
    }
    ReadOutcome.Answered answer = (ReadOutcome.Answered) outcome;
    if (answer.gtid().historyId() != historyId) {
      end(new OutcomeException(anotherHistory(answer.gtid())));
      return;
    }
    KvResult result;
    try {
      result = KvResult.decode(answer.result());
    } catch (RuntimeException e) {
      broken("the changes from revision " + next + " on cannot be read: " + e.getMessage(), e);
      return;
    }
    if (result instanceof KvResult.ChangesDone changes) {
      long upTo = changes.upTo();
      boolean advanced = upTo >= next;
      next = Math.max(next, upTo + 1);
      if (!changes.events().isEmpty() || advanced) {
        try {
          listener.changed(changes.events(), upTo);
        } catch (Throwable e) {
          broken("the listener threw at the changes up to revision " + upTo + ": " + e, e);
          return;
        }
      }
      if (changes.more()) {
        ask();
      } else {
        group.watch(next - 1, this::advanced);
      }
    } else if (result instanceof KvResult.Failed failed) {
      end(new KvException(failed));
    } else {
      end(new IllegalStateException("a watch was answered " + result));
    }
  }

  private static Outcome anotherHistory(Gtid at) {
    return new Outcome.Rejected(
        Outcome.Rejection.UNSUPPORTED,
        "the group goes on in another history, at "
            + at
            + ": read the range anew and watch from there");
  }

  private void advanced(long version) {
    if (version > 0) {
      ask();
    } else if (version == GroupAccess.TOO_MANY) {
      end(new OutcomeException(new Outcome.Overloaded(PAUSE_MS, "client.watches.max")));
    } else {
      later(this::askAnew);
    }
  }

  private void unanswered(Outcome why, Runnable again) {
    if (why instanceof Outcome.Rejected refused
        && (!Writes.elsewhere(refused) || refused.code() == Outcome.Rejection.FORKED)) {
      end(new OutcomeException(why));
    } else {
      later(again);
    }
  }

  private void later(Runnable again) {
    if (!over()) {
      group.client().loop().after(PAUSE_MS, again);
    }
  }

  private void end(RuntimeException why) {
    cancelled = true;
    try {
      listener.ended(why);
    } catch (Throwable e) {
      Promises.threw(e);
    }
  }

  private void broken(String what, Throwable e) {
    LOG.error("a watch of group {} has ended: {}", group.id(), what, e);
    end(new IllegalStateException(what, e));
  }

  /** Whether a compaction is why a watch ended: read the range anew and watch from there. */
  public static boolean compacted(RuntimeException why) {
    return why instanceof KvException e && e.error() == KvError.COMPACTED;
  }
}
