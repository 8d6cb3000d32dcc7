package org.quorate.scenarios;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Committed;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.ReadOutcome.Answered;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvEvent;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.api.wire.Encoder;
import org.quorate.simulator.client.WrappedAccess;

/** A process's way to its group with one thing wrong: what coordinates on it breaks its promises. */
public class SabotagedAccess extends WrappedAccess {
  private static final Bytes SESSIONS = Bytes.utf8("coord/s/");
  private static final Bytes CLAIMS = Bytes.utf8("coord/l/");

  private SabotagedAccess(GroupAccess sound) {
    super(sound);
  }

  // ---- what is ordered ------------------------------------------------------------------------

  /** Executes transactions whatever they depend on. */
  public static GroupAccess withoutConditions(GroupAccess sound) {
    return rewriting(
        sound,
        c ->
            c instanceof KvCommand.Txn txn && !txn.then().isEmpty()
                ? new KvCommand.Txn(List.of(), txn.then(), txn.otherwise())
                : c);
  }

  /** Puts claims on no session: they stay when that has ended. */
  public static GroupAccess withLastingClaims(GroupAccess sound) {
    return rewriting(
        sound,
        c ->
            c instanceof KvCommand.Put put && put.key().startsWith(CLAIMS) && put.lease() > 0
                ? new KvCommand.Put(put.key(), put.value(), 0, put.returnPrevious())
                : c);
  }

  private static GroupAccess rewriting(GroupAccess sound, UnaryOperator<KvCommand> how) {
    return new SabotagedAccess(sound) {
      @Override
      public CompletionStage<Outcome> propose(Bytes command) {
        return super.propose(rewritten(KvCommand.decode(command), how).encode());
      }
    };
  }

  private static KvCommand rewritten(KvCommand command, UnaryOperator<KvCommand> how) {
    return how.apply(
        command instanceof KvCommand.Txn txn
            ? new KvCommand.Txn(
                txn.compares(),
                txn.then().stream().map(c -> rewritten(c, how)).toList(),
                txn.otherwise().stream().map(c -> rewritten(c, how)).toList())
            : command);
  }

  // ---- what is read ---------------------------------------------------------------------------

  /** Reads whatever a node has. */
  public static GroupAccess withStaleReads(GroupAccess sound) {
    return new SabotagedAccess(sound) {
      @Override
      public CompletionStage<ReadOutcome> read(Bytes query, ReadLevel level) {
        return super.read(query, ReadLevel.LOCAL);
      }
    };
  }

  /** Does not see the first in a lock's queue: the second takes itself for that. */
  public static GroupAccess withBlindWaiters(GroupAccess sound) {
    return reading(
        sound,
        result -> {
          if (!(result instanceof KvResult.RangeDone range)
              || range.entries().size() < 2
              || !range.entries().get(0).key().startsWith(CLAIMS)) {
            return result;
          }
          List<KvEntry> rest = new ArrayList<>(range.entries());
          rest.remove(
              rest.stream().min(Comparator.comparingLong(KvEntry::createRevision)).orElseThrow());
          return new KvResult.RangeDone(range.revision(), rest, range.more(), rest.size());
        });
  }

  /** Leaves the last event out of every fourth answer with changes. */
  public static GroupAccess withLostEvents(GroupAccess sound) {
    int[] answers = new int[1];
    return reading(
        sound,
        result ->
            result instanceof KvResult.ChangesDone c
                    && !c.events().isEmpty()
                    && ++answers[0] % 4 == 0
                ? new KvResult.ChangesDone(
                    c.revision(), c.events().subList(0, c.events().size() - 1), c.upTo())
                : result);
  }

  /** Tells the last event of every fourth answer with changes twice. */
  public static GroupAccess withDoubledEvents(GroupAccess sound) {
    int[] answers = new int[1];
    return reading(
        sound,
        result -> {
          if (!(result instanceof KvResult.ChangesDone c)
              || c.events().isEmpty()
              || ++answers[0] % 4 != 0) {
            return result;
          }
          List<KvEvent> more = new ArrayList<>(c.events());
          more.add(more.get(more.size() - 1));
          return new KvResult.ChangesDone(c.revision(), more, c.upTo());
        });
  }

  private static GroupAccess reading(GroupAccess sound, UnaryOperator<KvResult> how) {
    return new SabotagedAccess(sound) {
      @Override
      public CompletionStage<ReadOutcome> read(Bytes query, ReadLevel level) {
        return super.read(query, level)
            .thenApply(
                outcome ->
                    outcome instanceof Answered a
                        ? new Answered(a.gtid(), how.apply(KvResult.decode(a.result())).encode())
                        : outcome);
      }
    };
  }

  /** Says of changes that they came later than they did. */
  public static GroupAccess withLateWatches(GroupAccess sound) {
    return new SabotagedAccess(sound) {
      @Override
      public Runnable watch(List<KeyRange> keys, long version, LongConsumer then) {
        return super.watch(keys, version, reached -> then.accept(reached == 0 ? 0 : reached + 3));
      }
    };
  }

  // ---- sessions -------------------------------------------------------------------------------

  /** Says of every third session that is kept alive that it is gone. */
  public static GroupAccess withLostSessions(GroupAccess sound) {
    return new SabotagedAccess(sound) {
      private int asked;

      @Override
      public CompletionStage<Outcome> keepAlive(List<Long> sessions) {
        boolean lost = ++asked % 3 == 0;
        return super.keepAlive(sessions).thenApply(o -> lost ? gone(o, sessions) : o);
      }
    };
  }

  /** Never says that a session has ended. */
  public static GroupAccess withEndlessSessions(GroupAccess sound) {
    return new SabotagedAccess(sound) {
      @Override
      public CompletionStage<Outcome> keepAlive(List<Long> sessions) {
        return super.keepAlive(sessions).thenApply(o -> gone(o, List.of()));
      }

      @Override
      public CompletionStage<ReadOutcome> read(Bytes query, ReadLevel level) {
        return super.read(query, level).thenApply(o -> ofSession(query, o));
      }
    };
  }

  private static Outcome gone(Outcome outcome, List<Long> sessions) {
    return outcome instanceof Committed done
        ? new Committed(
            done.gtid(), done.position(), new Encoder().list(sessions, Encoder::i64).take())
        : outcome;
  }

  private static ReadOutcome ofSession(Bytes query, ReadOutcome outcome) {
    boolean absent =
        outcome instanceof Answered a
            && KvResult.decode(a.result()) instanceof KvResult.GetDone got
            && got.entry() == null;
    boolean session =
        KvQuery.decode(query) instanceof KvQuery.Get get && get.key().startsWith(SESSIONS);
    return absent && session
        ? new ReadOutcome.Unanswered(new Outcome.NotLeader(null, "sabotaged"))
        : outcome;
  }

  /** Takes all locks from whoever has them with every fifth renewal. */
  public static GroupAccess withThievery(GroupAccess sound) {
    return new SabotagedAccess(sound) {
      private int asked;

      @Override
      public CompletionStage<Outcome> keepAlive(List<Long> sessions) {
        if (++asked % 5 == 0) {
          super.propose(new KvCommand.Delete(KeyRange.prefix(CLAIMS), false).encode());
        }
        return super.keepAlive(sessions);
      }
    };
  }
}
