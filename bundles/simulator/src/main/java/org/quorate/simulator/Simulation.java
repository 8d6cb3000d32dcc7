package org.quorate.simulator;

import java.util.List;
import java.util.ServiceLoader;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.core.log.Chain;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.replica.ReplicaConfig;
import org.quorate.core.state.GroupStore;
import org.quorate.kv.KvStateMachineFactory;
import org.quorate.simulator.client.HistoryCheck;
import org.quorate.simulator.client.Workload;
import org.quorate.simulator.engine.Rng;
import org.quorate.simulator.invariant.Invariant;
import org.quorate.simulator.invariant.Invariants;
import org.quorate.simulator.invariant.NoStore;
import org.quorate.simulator.invariant.NothingAcknowledgedLost;
import org.quorate.simulator.invariant.VerdictsFollowFromTheLog;
import org.quorate.simulator.linear.LinearizabilityChecker;
import org.quorate.simulator.linear.LinearizabilityChecker.Verdict;
import org.quorate.spi.consensus.ConsensusStrategy;

/**
 * One seed: a safety phase in which things break while clients work, then a liveness phase in which
 * a quorum is healed and must finish the work and converge (after TigerBeetle's VOPR). The same seed
 * gives the same run. Not thread-safe; any number may run beside each other.
 */
public final class Simulation {
  private static final long PENDING_MAX = 1_000;
  private static final long DIRTY_MAX_BYTES = 2 << 20;
  private static final int LOOK_EVERY = 64;

  /** Three of the longest steps of ordered time; see {@link Plan}. */
  private static final long LEASE_TOLERANCE_MS = 1_200;

  private static final List<HistoryCheck> HISTORY_CHECKS =
      ServiceLoader.load(HistoryCheck.class, HistoryCheck.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private final Subject subject;
  private final long seed;
  private final SimulationOptions options;
  private final Trace trace;
  private final World world;
  private final Workload workload;
  private final MembershipChanges memberships;
  private final FaultSchedule faults;
  private final Healing healing;
  private final Rng rng;
  private final List<Invariant> invariants;
  private long steps;

  public Simulation(long seed, Subject subject, SimulationOptions options) {
    this.subject = subject;
    this.seed = seed;
    this.options = options;
    rng = new Rng(seed);
    Plan plan = Plan.draw(rng.split(), new Rng(~seed), subject);
    trace = new Trace(options.trace());
    world = new World(subject, plan, rng.split(), trace);
    memberships = new MembershipChanges(world, rng.split());
    faults =
        new FaultSchedule(world, rng.split(), memberships, new Rng(Long.rotateLeft(~seed, 32)));
    healing = new Healing(world, memberships, rng.split());
    Workload.Shape shape =
        new Workload.Shape(
            plan.clients(),
            subject.workload() == null ? options.operations() : options.operations() / 4,
            plan.registers(),
            plan.counters(),
            plan.paddingBytes(),
            plan.thinkMeanMs(),
            plan.sessionTtlMs(),
            plan.level(),
            plan.transactions(),
            new Rng(Long.rotateLeft(~seed, 16)).chance(0.3), // apart, as in Plan
            plan.transfers(),
            plan.leases(),
            plan.scans(),
            plan.watchers(),
            subject.sabotage().reuseSequences(),
            subject.workload());
    workload = new Workload(shape, world, rng.split());
    invariants =
        Invariants.all(
            PENDING_MAX, DIRTY_MAX_BYTES, LEASE_TOLERANCE_MS, world::sentTwice, this::replay);
  }

  /** A replica that is fed with the log alone; its state machine is a sound one in any case. */
  private VirtualLog replay(VerdictsFollowFromTheLog.Executed executed) {
    ReplicaConfig config = world.config();
    return new VirtualLog(
        new GroupStore(new NoStore()),
        new ObservedMachine(
            new KvStateMachineFactory().create(config.options()), executed::executed),
        config.historyId(),
        Chain.genesis(config.strategy(), config.genesis()),
        (origin, ticket, outcome) -> {},
        inner -> Bytes.EMPTY);
  }

  /** Runs the seed to its end or to the first failure. */
  public SimulationResult run() {
    trace.world(0, "--", "seed " + seed + " " + world.plan());
    try {
      world.boot();
      workload.start();
      faults.start();
      boolean done = runUntil(options.faultyMs(), workload::complete);
      trace.world(world.queue().nowUs(), "--", "liveness phase, work done: " + done);
      faults.stop();
      healing.heal();
      demand("ProgressAfterHealing", workload::complete, this::waiting);
      demand("ReplicasConverge", this::converged, this::waiting);
      demand("LeasesEndAndWatchesGoOn", workload::followed, this::waiting);
      checkHistory();
      return result(null, "");
    } catch (Violation v) {
      trace.world(world.queue().nowUs(), "!!", v.invariant() + ": " + v.getMessage());
      return result(v.invariant(), describe(v));
    } catch (RuntimeException | StackOverflowError e) {
      trace.world(world.queue().nowUs(), "!!", "NoUncaughtException: " + e);
      return result("NoUncaughtException", describe(e));
    }
  }

  private static String describe(Throwable e) {
    StringBuilder text = new StringBuilder();
    for (Throwable t = e; t != null; t = t.getCause()) {
      text.append(text.length() == 0 ? "" : "; caused by ");
      text.append(t instanceof Violation ? t.getMessage() : t.toString());
      if (!(t instanceof Violation)) {
        StackTraceElement[] at = t.getStackTrace();
        for (int i = 0; i < Math.min(4, at.length); i++) {
          text.append("\n    at ").append(at[i]);
        }
      }
    }
    return text.toString();
  }

  private SimulationResult result(String invariant, String failure) {
    return new SimulationResult(
        subject.strategy().name(),
        subject.others().stream().map(ConsensusStrategy::name).toList(),
        subject.logs() == null ? Subject.RECORDS : subject.logs().name(),
        subject.workload() == null ? "" : subject.workload().name(),
        seed,
        invariant,
        failure,
        steps,
        world.queue().nowUs() / 1000,
        workload.done(),
        workload.indeterminate(),
        world.marks());
  }

  // ---- steps -------------------------------------------------------------------------------

  /** Runs until a condition holds; false if it did not within the time. */
  private boolean runUntil(long withinMs, BooleanSupplier condition) {
    long endUs = world.queue().nowUs() + withinMs * 1000;
    int sinceAsked = 0;
    while (world.queue().nowUs() <= endUs && world.queue().runNext()) {
      steps++;
      check();
      if (++sinceAsked == 16) {
        sinceAsked = 0;
        if (condition.getAsBoolean()) {
          return true;
        }
      }
    }
    return condition.getAsBoolean();
  }

  private void check() {
    if (world.violation() != null) {
      throw world.violation();
    }
    world.linkChecks().check();
    if (steps % LOOK_EVERY == 0) {
      world.nodes().get((int) (steps / LOOK_EVERY % world.nodes().size())).watch().lookAtReplica();
    }
    if (!world.step().isEmpty()) {
      for (Invariant invariant : invariants) {
        String wrong = invariant.check(world.step());
        if (wrong != null) {
          throw new Violation(invariant.name(), wrong);
        }
      }
      world.step().clear();
    }
  }

  // ---- the liveness phase ------------------------------------------------------------------

  private void demand(String invariant, BooleanSupplier condition, Supplier<String> state) {
    if (!runUntil(options.progressMs(), condition)) {
      throw new Violation(
          invariant, "not within " + options.progressMs() + " ms after healing:" + state.get());
    }
  }

  private String waiting() {
    StringBuilder text = new StringBuilder(workload.waiting());
    for (SimNode node : world.nodes()) {
      text.append("; ").append(node.node()).append(' ').append(node.state());
      if (node.up()) {
        text.append(" version ")
            .append(node.replica().log().version())
            .append(" position ")
            .append(node.replica().log().position())
            .append(' ')
            .append(node.replica().log().chain())
            .append(' ')
            .append(node.linkStatus());
      }
    }
    return text.toString();
  }

  /** Whether all members that work are at one version with one hash, no swap goes on, nothing is lost. */
  private boolean converged() {
    long told =
        invariants.stream()
            .filter(NothingAcknowledgedLost.class::isInstance)
            .mapToLong(i -> ((NothingAcknowledgedLost) i).highest())
            .sum();
    SimNode first = null;
    for (SimNode node : memberships.working()) {
      if (!node.up() || node.moving() || node.replica().log().version() < told) {
        return false;
      }
      first = first == null ? node : first;
      boolean same =
          node.replica().log().version() == first.replica().log().version()
              && node.replica().log().stateHash() == first.replica().log().stateHash()
              && node.replica().log().chain().settled()
              && node.replica().log().chain().equals(first.replica().log().chain());
      if (!same) {
        return false;
      }
    }
    return first != null;
  }

  private void checkHistory() {
    LinearizabilityChecker.Result result =
        new LinearizabilityChecker(options.linearizabilityBudget()).check(workload.history());
    if (result.verdict() != Verdict.LINEARIZABLE) {
      throw new Violation(
          "Linearizable",
          result.verdict() + " on key " + result.key() + ": " + result.explanation());
    }
    if (workload.missed() != null) {
      throw new Violation("WatchMissesNothing", workload.missed());
    }
    for (HistoryCheck check : HISTORY_CHECKS) {
      String wrong = check.check(workload.transactions(), world.plan().level());
      if (wrong != null) {
        throw new Violation(check.name(), world.plan().level() + ": " + wrong);
      }
    }
  }
}
