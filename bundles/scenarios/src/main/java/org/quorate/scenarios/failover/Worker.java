package org.quorate.scenarios.failover;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.failover.Events;
import org.quorate.failover.Registry;
import org.quorate.failover.Self;
import org.quorate.failover.Settings;
import org.quorate.scenarios.Deaths;
import org.quorate.scenarios.Member;
import org.quorate.scenarios.Run;
import org.quorate.scenarios.Stage;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverWork;
import org.quorate.spi.failover.ShardState;
import org.quorate.spi.failover.TakeoverHandler;
import org.quorate.spi.failover.WorkSpec;

/**
 * Does operations on all shards, each recorded before; takes over those of others; assigns takeovers when it
 * leads. As each of these it may be struck.
 */
final class Worker extends Member {
  static final String ROOT = "fo";

  /** A short lease: a simulation has no time to wait. */
  private static final Settings SETTINGS =
      new Settings(300, 1_500, 4, 1_500, 1_000_000, 200, 300_000, 300_000);

  private static final List<String> TYPES = List.of(WorkSpec.DDL, WorkSpec.DML, WorkSpec.REBALANCE);
  private static final int BLOCKS = 3;
  private static final int STRIKES = 4;
  private static final double GIVES_UP = 0.08;

  private final Shards shards;
  private final Ledger ledger;
  private int rounds;
  private boolean busy;
  private Registry registry;

  Worker(
      String name, int rounds, Stage stage, Shards shards, Ledger ledger, Deaths deaths, Rng rng) {
    super(name, stage, deaths, STRIKES, rng);
    this.rounds = rounds;
    this.shards = shards;
    this.ledger = ledger;
  }

  @Override
  protected void started(Run run, Coordinator coordinator) {
    busy = false;
    Self self = new Self(name, "at-" + name, 1);
    registry = new Registry(coordinator, ROOT, SETTINGS, self, run, run.workers(), this::happened);
    TYPES.forEach(type -> registry.add(handler(run, type)));
    registry.start();
    next(run);
  }

  private void happened(Events.Kind kind, String text) {
    trace(kind + " " + text);
    if (kind == Events.Kind.LEADS) {
      menace("assigner");
    }
  }

  @Override
  protected boolean idle() {
    return rounds == 0 && !busy;
  }

  @Override
  public String waiting() {
    return idle() ? "" : " " + name + ": " + rounds + " operations to begin";
  }

  @Override
  protected void close() {
    registry.close();
  }

  // ---- who begins -----------------------------------------------------------------------------

  private void next(Run run) {
    if (rounds > 0) {
      run.after(rng.between(10, 1_500), () -> begin(run));
    }
  }

  private void begin(Run run) {
    rounds--;
    busy = true;
    menace("worker");
    WorkSpec spec = WorkSpec.of(rng.pick(TYPES), "db", "t" + rng.between(1, 3));
    registry
        .begin(spec)
        .whenComplete(
            (work, e) -> {
              if (e == null) {
                operate(run, work);
              } else if (code(e) == Code.NOT_REGISTERED) {
                rounds++;
                over(run);
              } else {
                over(run); // what is recorded of it is removed
              }
            });
  }

  private void over(Run run) {
    busy = false;
    next(run);
  }

  private void operate(Run run, FailoverWork work) {
    ledger.has(work.id(), work.token(), parts(work.record().type()), run);
    step(work, () -> work.addLock("db/" + work.record().table()))
        .thenCompose(ok -> step(work, () -> work.setContent(Bytes.utf8(work.record().type()))))
        .thenAccept(ok -> ledger.contentSet(work.id()))
        .thenCompose(ok -> rng.chance(GIVES_UP) ? givesUp() : finish(run, work))
        .whenComplete((ok, e) -> ended(run, work, e));
  }

  private void ended(Run run, FailoverWork work, Throwable e) {
    if (e == null || code(e) == Code.FENCED) {
      over(run);
    } else {
      CompletionStage<Void> end =
          code(e) == Code.LOCKED ? work.complete() : work.abandon(String.valueOf(e));
      end.whenComplete((ok, refused) -> over(run));
    }
  }

  private static CompletionStage<Void> givesUp() {
    return CompletableFuture.failedStage(new IllegalStateException("gives up"));
  }

  /** Null for what is no failure of the registry. */
  private static Code code(Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    return cause instanceof FailoverException e ? e.code() : null;
  }

  // ---- who takes over -------------------------------------------------------------------------

  private TakeoverHandler handler(Run run, String type) {
    return new TakeoverHandler() {
      @Override
      public String type() {
        return type;
      }

      @Override
      public CompletionStage<Void> takeOver(FailoverWork work) {
        trace("takes over " + work.id() + " by " + work.token());
        menace("taker");
        ledger.has(work.id(), work.token(), parts(type), run);
        return rng.chance(GIVES_UP) ? givesUp() : finish(run, work);
      }
    };
  }

  // ---- the work -------------------------------------------------------------------------------

  private static int parts(String type) {
    return type.equals(WorkSpec.REBALANCE) ? BLOCKS : 1;
  }

  /** What is left of it; before its content was set no shard was told anything. */
  private CompletionStage<Void> finish(Run run, FailoverWork work) {
    FailoverRecord r = work.record();
    if (r.state() < 2) {
      return work.complete();
    }
    CompletionStage<Void> chain = CompletableFuture.completedStage(null);
    if (r.type().equals(WorkSpec.REBALANCE)) {
      if (r.state() == 2) {
        FailoverRecord.Rebalance what = new FailoverRecord.Rebalance(1, 1, 1, "tmp" + r.table());
        chain = step(work, () -> work.setRebalance(what));
      }
      for (String shard : Shards.NAMES) {
        chain = chain.thenCompose(ok -> copy(run, work, shard));
      }
    } else {
      for (String shard : Shards.NAMES) {
        if (r.status().get(shard) != ShardState.COMMITTED) {
          chain = chain.thenCompose(ok -> apply(run, work, shard));
        }
      }
    }
    return chain.thenCompose(ok -> work.complete());
  }

  private CompletionStage<Void> apply(Run run, FailoverWork work, String shard) {
    return step(work, () -> work.setStatus(shard, ShardState.SENT))
        .thenCompose(ok -> tell(run, work, shard, 1))
        .thenCompose(ok -> step(work, () -> work.setStatus(shard, ShardState.COMMITTED)));
  }

  private CompletionStage<Void> copy(Run run, FailoverWork work, String shard) {
    int block =
        1
            + work.record().slices().stream()
                .filter(s -> s.node().equals(shard))
                .mapToInt(s -> (int) s.blockId())
                .findFirst()
                .orElse(0);
    if (block > BLOCKS) {
      return CompletableFuture.completedStage(null);
    }
    FailoverRecord.Slice copied =
        new FailoverRecord.Slice(shard, "n1", 100L * block, block, BLOCKS);
    return tell(run, work, shard, block)
        .thenCompose(ok -> step(work, () -> work.setSlice(copied)))
        .thenCompose(ok -> copy(run, work, shard));
  }

  private CompletionStage<Void> tell(Run run, FailoverWork work, String shard, int part) {
    return run.call(
        () -> {
          if (!shards.apply(shard, work.id(), work.token(), part)) {
            throw new IllegalStateException("fenced by " + shard);
          }
          return null;
        });
  }

  private CompletionStage<Void> step(FailoverWork work, Supplier<CompletionStage<Void>> what) {
    long highest = ledger.highest(work.id());
    return what.get().thenAccept(ok -> ledger.stepped(work.id(), work.token(), highest));
  }
}
