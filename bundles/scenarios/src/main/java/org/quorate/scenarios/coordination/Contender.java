package org.quorate.scenarios.coordination;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.quorate.api.Bytes;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.scenarios.Stage;
import org.quorate.simulator.client.Actor;
import org.quorate.simulator.engine.Process;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;

/**
 * Takes locks one after the other and counts under them. Its process is killed now and then, which
 * leaves the session to its TTL, or frozen, perhaps for longer than that: it then goes on as if nothing
 * had been.
 */
final class Contender implements Actor {
  private static final long WAIT_MS = 20_000;
  private static final List<String> LOCKS = List.of("red", "blue");

  private final String name;
  private final Stage stage;
  private final LockWitness locks;
  private final CountWitness counts;
  private final Rng rng;
  private int rounds;
  private int strikes;
  private boolean done;
  private String doing = "";
  private Process process;
  private KvCoordinator coordinator;
  private CoordinatorSession session;
  private CoordinatorSession closing;

  Contender(String name, int rounds, Stage stage, LockWitness locks, CountWitness counts, Rng rng) {
    this.name = name;
    this.rounds = rounds;
    this.stage = stage;
    this.locks = locks;
    this.counts = counts;
    this.rng = rng;
    strikes = rng.between(0, 3);
  }

  @Override
  public void start() {
    stage.scene().queue().after(rng.between(1_000L, 500_000L), this::run);
  }

  @Override
  public boolean complete() {
    return done;
  }

  @Override
  public String waiting() {
    return done ? "" : " " + name + ": " + rounds + " rounds, " + doing;
  }

  private void run() {
    process = stage.scene().process(rng.split());
    coordinator = stage.coordinator(name, process, rng);
    session = null;
    next();
  }

  private void after(long ms, Runnable task) {
    Process mine = process;
    stage.scene().queue().after(ms * 1000, () -> mine.run(task));
  }

  /** Goes on with what a stage came to; one of value and error is null, or both are. */
  private static <T> void then(
      CompletionStage<T> stage, BiConsumer<T, CoordinationException> next) {
    stage.whenComplete(
        (value, problem) -> {
          Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
          next.accept(
              value,
              cause == null || cause instanceof CoordinationException
                  ? (CoordinationException) cause
                  : new CoordinationException(
                      CoordinationException.Code.BROKEN, "" + cause, cause));
        });
  }

  private void next() {
    doing = "thinks";
    if (strikes > 0 && rng.chance(0.3)) {
      strikes--;
      Process mine = process;
      stage.scene().queue().after(rng.between(0L, 1_500_000L), () -> strike(mine));
    }
    after(rng.between(5, 400), rounds > 0 ? this::begin : this::finish);
  }

  private void strike(Process mine) {
    if (mine != process || done || mine.frozen()) {
      return;
    }
    if (rng.chance(0.5)) {
      stage.scene().trace(name, "is killed");
      mine.kill();
      stage.scene().queue().after(rng.between(1_000L, 3_000_000L), this::run);
    } else {
      stage.scene().trace(name, "is frozen");
      mine.freeze();
      stage.scene().queue().after(rng.between(100_000L, 6_000_000L), mine::thaw);
    }
  }

  private void finish() {
    if (session == null) {
      done = true;
      return;
    }
    if (stage.scene().leases().ended(session.id())) {
      doing = "waits to be told that session " + session.id() + " has ended";
      after(100, this::finish);
      return;
    }
    doing = "closes";
    then(close(), (ok, e) -> done = true);
  }

  private void begin() {
    if (session != null) {
      lock();
      return;
    }
    doing = "opens";
    SessionSpec spec = SessionSpec.of(name, rng.pick(List.of(1_000L, 2_000L, 4_000L)));
    then(
        coordinator.openSession(spec),
        (opened, e) -> {
          if (e == null) {
            session = opened;
            then(opened.ended(), (how, ignored) -> ended(opened, how));
            lock();
          } else {
            next();
          }
        });
  }

  private CompletionStage<Void> close() {
    closing = session;
    return session.close();
  }

  /** One that was to be closed may be told to be over when its record is gone, before its lease is. */
  private void ended(CoordinatorSession which, SessionEnd how) {
    if (session == which) {
      session = null;
    }
    boolean asked = which == closing;
    if (how == SessionEnd.EXPIRED && !asked && !stage.scene().leases().ended(which.id())) {
      stage.scene().broken("SessionsAreToldEndedOnlyThen", name + ": session " + which.id());
    }
  }

  private void lock() {
    if (session == null) {
      next();
      return;
    }
    rounds--;
    String lock = rng.pick(LOCKS);
    doing = "waits for " + lock;
    LockSpec spec =
        rng.chance(0.2)
            ? LockSpec.tried(lock, "to try")
            : LockSpec.queued(lock, "to count", WAIT_MS);
    long askedUs = stage.scene().queue().nowUs();
    then(
        session.lock(spec),
        (outcome, e) -> {
          if (e == null && outcome instanceof LockOutcome.NotGranted not) {
            locks.refused(name, not.current(), askedUs);
            next();
          } else if (e == null && outcome instanceof LockOutcome.Granted granted) {
            HeldLock held = granted.lock();
            stage.scene().trace(name, "has " + held.name() + " " + held.token());
            LockWitness.Holding holding = locks.granted(name, held);
            then(held.lost(), (how, ignored) -> holding.over());
            count(held, holding, rng.between(1, 4));
          } else {
            next();
          }
        });
  }

  private void count(HeldLock lock, LockWitness.Holding holding, int times) {
    if (times == 0) {
      release(lock, holding);
      return;
    }
    doing = "counts under " + lock.name();
    String key = CountWitness.key(lock.name());
    then(
        coordinator.get(key),
        (entry, e) -> {
          if (e != null) {
            release(lock, holding);
            return;
          }
          long number = entry == null ? 0 : CountWitness.Count.parse(entry.value().utf8()).number();
          CountWitness.Count count = new CountWitness.Count(number + 1, lock.token());
          after(rng.between(0, 80), () -> write(lock, holding, count, times));
        });
  }

  /** What is not known to be done may be done yet, as long as the lock is held: it is given up then. */
  private void write(
      HeldLock lock, LockWitness.Holding holding, CountWitness.Count count, int times) {
    String key = CountWitness.key(lock.name());
    Condition held = new Condition.Held(lock.name(), lock.token());
    Op put = new Op.Put(key, Bytes.utf8(count.toString()));
    then(
        coordinator.transact(new Transaction(List.of(held), List.of(put))),
        (result, e) -> {
          if (e == null && result.succeeded()) {
            counts.acknowledged(key, result.revision(), count);
            count(lock, holding, times - 1);
          } else {
            release(lock, holding);
          }
        });
  }

  private void release(HeldLock lock, LockWitness.Holding holding) {
    doing = "releases " + lock.name();
    holding.over();
    if (rng.chance(0.2) && session != null) {
      then(close(), (ok, e) -> next());
    } else {
      giveBack(lock);
    }
  }

  private void giveBack(HeldLock lock) {
    then(
        lock.release(),
        (ok, e) -> {
          if (e == null) {
            next();
          } else {
            after(50, () -> giveBack(lock));
          }
        });
  }
}
