package org.quorate.coordinator.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.Gtid;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;

/** Commands and queries of the group. Thread-safe. */
final class Store {
  private static final List<Compare> UNSEALED = List.of(Compare.absent(Places.SEAL));
  private static final List<KvCommand> WHY_SEALED =
      List.of(new KvCommand.Read(KvQuery.get(Places.SEAL)));

  final GroupAccess access;
  private final AtomicReference<Gtid> seen = new AtomicReference<>();

  Store(GroupAccess access) {
    this.access = access;
  }

  /** Changes something, unless what is kept here is sealed. */
  <T extends KvResult> CompletionStage<T> execute(KvCommand command, Class<T> answer) {
    KvCommand guarded = new KvCommand.Txn(UNSEALED, List.of(command), WHY_SEALED);
    return evenIfSealed(guarded, KvResult.TxnDone.class)
        .thenApply(
            done -> {
              KvResult result = done.results().get(0);
              if (!done.succeeded()) {
                KvEntry seal = ((KvResult.GetDone) result).entry();
                throw new CoordinationException(
                    Code.UNAVAILABLE, "sealed, nothing can be changed: " + seal.value().utf8());
              }
              return cast(result, answer);
            });
  }

  <T extends KvResult> CompletionStage<T> evenIfSealed(KvCommand command, Class<T> answer) {
    return access
        .propose(command.encode())
        .thenApply(
            outcome -> {
              if (outcome instanceof Outcome.Committed committed) {
                saw(committed.gtid());
                return decoded(committed.result(), answer);
              }
              throw Failures.of(outcome, false);
            });
  }

  <T extends KvResult> CompletionStage<T> query(KvQuery query, ReadLevel level, Class<T> answer) {
    return access
        .read(query.encode(), level)
        .thenApply(
            outcome -> {
              if (outcome instanceof ReadOutcome.Answered answered) {
                saw(answered.gtid());
                return decoded(answered.result(), answer);
              }
              throw Failures.of(((ReadOutcome.Unanswered) outcome).why(), true);
            });
  }

  private static <T extends KvResult> T decoded(Bytes encoded, Class<T> answer) {
    KvResult result;
    try {
      result = KvResult.decode(encoded);
    } catch (MalformedException e) {
      throw new CoordinationException(Code.BROKEN, e.getMessage(), e);
    }
    if (result instanceof KvResult.Failed failed) {
      throw Failures.of(failed);
    }
    return cast(result, answer);
  }

  private static <T extends KvResult> T cast(KvResult result, Class<T> answer) {
    if (!answer.isInstance(result)) {
      throw new CoordinationException(Code.BROKEN, "the group answered " + result);
    }
    return answer.cast(result);
  }

  /** The entry of a key, or null. */
  CompletionStage<KvEntry> get(Bytes key, ReadLevel level) {
    return query(KvQuery.get(key), level, KvResult.GetDone.class)
        .thenApply(KvResult.GetDone::entry);
  }

  /** All entries of a range, read page by page at one revision. */
  CompletionStage<List<KvEntry>> all(KeyRange keys, ReadLevel level) {
    return pages(KvQuery.range(keys, 0), level, new ArrayList<>());
  }

  private CompletionStage<List<KvEntry>> pages(
      KvQuery.Range query, ReadLevel level, List<KvEntry> read) {
    return query(query, level, KvResult.RangeDone.class)
        .thenCompose(
            page -> {
              read.addAll(page.entries());
              return page.more()
                  ? pages(query.after(page), level, read)
                  : CompletableFuture.completedFuture(read);
            });
  }

  private void saw(Gtid gtid) {
    seen.accumulateAndGet(
        gtid,
        (old, now) ->
            old != null && old.historyId() == now.historyId() && old.version() > now.version()
                ? old
                : now);
  }

  /** A read that sees a version at least; version 0 for one that sees all acknowledged writes. */
  ReadLevel reaching(long version) {
    Gtid newest = seen.get();
    return version <= 0 || newest == null
        ? ReadLevel.LINEARIZABLE
        : new ReadLevel.Causal(new Gtid(newest.historyId(), version));
  }

  /** A read that sees what this coordinator has been told. */
  ReadLevel newest() {
    Gtid newest = seen.get();
    return newest == null ? ReadLevel.LINEARIZABLE : new ReadLevel.Causal(newest);
  }
}
