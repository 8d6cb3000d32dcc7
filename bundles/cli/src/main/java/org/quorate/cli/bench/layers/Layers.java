package org.quorate.cli.bench.layers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.storage.LogStorage;
import org.quorate.storage.journal.JournalStorage;

/**
 * What the virtual log costs in steady state: the same strategy, driver, journal and frames, once bare
 * and once under a replica whose state machine does nothing. Each round has both, before and after
 * the other. Three members of this process, each with a loop and a journal of its own on one disk, a
 * sync for each write; a closed loop of commands at the leader.
 */
public final class Layers {
  static final GroupId GROUP = GroupId.of("layers");

  private static final int MEMBERS = 3;
  private static final long RAMP_MS = 100;
  private static final long PATIENCE_S = 30;

  /**
   * What to do.
   *
   * @param folder empty
   * @param outstanding commands under way
   */
  public record Plan(
      Path folder,
      ConsensusStrategy strategy,
      List<Integer> outstanding,
      int rounds,
      double seconds,
      double warmupSeconds,
      int valueBytes) {}

  /**
   * One measurement; medians of the rounds.
   *
   * @param costPercent by which the virtual log lowers the rate, of the two halves of each round
   * @param costLow a quarter of the rounds had less
   * @param costHigh a quarter of the rounds had more
   * @param bareCpuUs processor time of the three members together for each command
   * @param virtualLogCpuUs the same with the virtual log
   * @param cpuPercent by which the virtual log raises it
   */
  public record Row(
      int outstanding,
      long barePerSecond,
      long virtualLogPerSecond,
      double costPercent,
      double costLow,
      double costHigh,
      double bareCpuUs,
      double virtualLogCpuUs,
      double cpuPercent) {}

  private Layers() {}

  private interface Opening {
    Member open(NodeId node, Map<NodeId, Member> all, Membership members, LogStorage logs);
  }

  /** Three members that know each other. */
  private static final class Group implements AutoCloseable {
    private final List<Member> members = new ArrayList<>();
    private final List<LogStorage> logs = new ArrayList<>();

    Group(Path folder, Opening opening) throws IOException {
      List<org.quorate.spi.consensus.Member> listed = new ArrayList<>();
      for (int i = 1; i <= MEMBERS; i++) {
        listed.add(new org.quorate.spi.consensus.Member(NodeId.of("n" + i), i, Role.VOTER));
      }
      Membership membership = new Membership(1, listed);
      Map<NodeId, Member> all = Member.none();
      for (org.quorate.spi.consensus.Member each : listed) {
        Path own = Files.createDirectories(folder.resolve(each.node().name()));
        logs.add(new JournalStorage(own));
        Member member = opening.open(each.node(), all, membership, logs.get(logs.size() - 1));
        all.put(each.node(), member);
        members.add(member);
      }
      members.forEach(Member::begin);
    }

    Member leader() throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
      while (System.nanoTime() < end) {
        for (Member member : members) {
          if (asked(member, Member::leads)) {
            return member;
          }
        }
        new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS);
      }
      throw new CliException(ExitCode.FAILED, "no member leads", "run it again");
    }

    private static boolean asked(Member member, Function<Member, Boolean> question) {
      try {
        return member.loop().submit(() -> question.apply(member)).get();
      } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      members.forEach(Member::close);
      for (LogStorage each : logs) {
        try {
          each.close();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  /** So many commands under way, for a while. */
  private static final class Load {
    private final Member leader;
    private final Bytes command;
    private final LongAdder delivered = new LongAdder();
    private final CountDownLatch lanes;
    private volatile boolean going = true;

    Load(Member leader, Bytes command, int outstanding) {
      this.leader = leader;
      this.command = command;
      this.lanes = new CountDownLatch(outstanding);
      for (int i = 0; i < outstanding; i++) {
        leader.loop().execute(this::next);
      }
    }

    private void next() {
      leader.order(command, this::ended);
    }

    private void ended(boolean done) {
      if (done) {
        delivered.increment();
      }
      if (going && done) {
        next();
      } else {
        lanes.countDown();
      }
    }

    /** Runs for a while, of which the first moment does not count. */
    static Segment run(Member leader, Bytes command, int outstanding, double seconds)
        throws InterruptedException {
      Load load = new Load(leader, command, outstanding);
      TimeUnit.MILLISECONDS.sleep(RAMP_MS);
      long first = load.delivered.sum();
      long cpu = cpuNs();
      long began = System.nanoTime();
      TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
      double took = (System.nanoTime() - began) / 1e9;
      cpu = cpuNs() - cpu;
      long delivered = load.delivered.sum() - first;
      boolean refused = load.lanes.getCount() < outstanding;
      load.going = false;
      if (!load.lanes.await(PATIENCE_S, TimeUnit.SECONDS) || refused || delivered == 0) {
        throw new CliException(ExitCode.FAILED, "the leader has changed", "run it again");
      }
      return new Segment(delivered / took, cpu / 1e3 / delivered);
    }
  }

  /** Processor time of this process; 0 where the system does not tell. */
  private static long cpuNs() {
    return ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
  }

  /**
   * One stretch of load.
   *
   * @param cpuUs processor time of the process for each command
   */
  private record Segment(double perSecond, double cpuUs) {
    Segment plus(Segment other) {
      return new Segment((perSecond + other.perSecond) / 2, (cpuUs + other.cpuUs) / 2);
    }
  }

  /** Both in one round, each before and after the other, so that a drift of the machine counts for both. */
  private record Pair(Segment bare, Segment whole) {
    double costPercent() {
      return 100 * (bare.perSecond - whole.perSecond) / bare.perSecond;
    }

    double cpuPercent() {
      return 100 * (whole.cpuUs - bare.cpuUs) / bare.cpuUs;
    }
  }

  /** Measures; blocks. */
  public static List<Row> run(Plan plan, Consumer<Row> listener)
      throws IOException, InterruptedException {
    ExecutorService workers = Executors.newCachedThreadPool(Layers::daemon);
    Bytes command = Bytes.wrap(new byte[plan.valueBytes()]);
    ConsensusStrategy strategy = plan.strategy();
    try (Group bare = new Group(plan.folder().resolve("bare"), opening(strategy));
        Group whole = new Group(plan.folder().resolve("whole"), opening(strategy, workers))) {
      Member bareLeader = bare.leader();
      Member wholeLeader = whole.leader();
      Load.run(bareLeader, command, 64, plan.warmupSeconds());
      Load.run(wholeLeader, command, 64, plan.warmupSeconds());
      List<Row> rows = new ArrayList<>();
      for (int each : plan.outstanding()) {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < plan.rounds(); i++) {
          pairs.add(
              i % 2 == 0
                  ? pair(bareLeader, wholeLeader, command, each, plan.seconds() / 2)
                  : turned(wholeLeader, bareLeader, command, each, plan.seconds() / 2));
        }
        Row row = row(each, pairs);
        rows.add(row);
        listener.accept(row);
      }
      return rows;
    } finally {
      workers.shutdown();
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "bench-worker");
    thread.setDaemon(true);
    return thread;
  }

  private static Opening opening(ConsensusStrategy strategy) {
    return (node, all, members, logs) -> new BareMember(node, all, members, logs, strategy);
  }

  private static Opening opening(ConsensusStrategy strategy, Executor workers) {
    return (node, all, members, logs) ->
        new WholeMember(node, all, members, logs, strategy, workers);
  }

  /** Bare, whole, whole, bare. */
  private static Pair pair(
      Member bare, Member whole, Bytes command, int outstanding, double seconds)
      throws InterruptedException {
    Segment first = Load.run(bare, command, outstanding, seconds);
    Segment second = Load.run(whole, command, outstanding, seconds);
    Segment third = Load.run(whole, command, outstanding, seconds);
    return new Pair(first.plus(Load.run(bare, command, outstanding, seconds)), second.plus(third));
  }

  /** Whole, bare, bare, whole. */
  private static Pair turned(
      Member whole, Member bare, Bytes command, int outstanding, double seconds)
      throws InterruptedException {
    Pair reverse = pair(whole, bare, command, outstanding, seconds);
    return new Pair(reverse.whole(), reverse.bare());
  }

  private static Row row(int outstanding, List<Pair> pairs) {
    double[] costs = sorted(pairs, Pair::costPercent);
    return new Row(
        outstanding,
        Math.round(median(sorted(pairs, p -> p.bare().perSecond()))),
        Math.round(median(sorted(pairs, p -> p.whole().perSecond()))),
        tenth(median(costs)),
        tenth(costs[costs.length / 4]),
        tenth(costs[costs.length - 1 - costs.length / 4]),
        tenth(median(sorted(pairs, p -> p.bare().cpuUs()))),
        tenth(median(sorted(pairs, p -> p.whole().cpuUs()))),
        tenth(median(sorted(pairs, Pair::cpuPercent))));
  }

  private static double[] sorted(List<Pair> pairs, ToDoubleFunction<Pair> value) {
    return pairs.stream().mapToDouble(value).sorted().toArray();
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static double tenth(double value) {
    return Math.round(10 * value) / 10.0;
  }
}
