package org.quorate.cli.bench.layers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * and once under a replica whose state machine does nothing, in rounds that alternate. Three members
 * of this process, each with a loop and a journal of its own on one disk, a sync for each write; a
 * closed loop of commands at the leader.
 */
public final class Layers {
  static final GroupId GROUP = GroupId.of("layers");

  private static final int MEMBERS = 3;
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
   * @param costPercent by which the virtual log lowers the rate
   */
  public record Row(
      int outstanding, long barePerSecond, long virtualLogPerSecond, double costPercent) {}

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

    /** Commands a second. */
    static long rate(Member leader, Bytes command, int outstanding, double seconds)
        throws InterruptedException {
      Load load = new Load(leader, command, outstanding);
      long began = System.nanoTime();
      TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
      double took = (System.nanoTime() - began) / 1e9;
      long delivered = load.delivered.sum();
      boolean refused = load.lanes.getCount() < outstanding;
      load.going = false;
      if (!load.lanes.await(PATIENCE_S, TimeUnit.SECONDS) || refused) {
        throw new CliException(ExitCode.FAILED, "the leader has changed", "run it again");
      }
      return Math.round(delivered / took);
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
      Load.rate(bareLeader, command, 64, plan.warmupSeconds());
      Load.rate(wholeLeader, command, 64, plan.warmupSeconds());
      List<Row> rows = new ArrayList<>();
      for (int each : plan.outstanding()) {
        List<Long> bareRates = new ArrayList<>();
        List<Long> wholeRates = new ArrayList<>();
        for (int i = 0; i < plan.rounds(); i++) {
          bareRates.add(Load.rate(bareLeader, command, each, plan.seconds()));
          wholeRates.add(Load.rate(wholeLeader, command, each, plan.seconds()));
        }
        Row row = row(each, median(bareRates), median(wholeRates));
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

  private static long median(List<Long> rates) {
    return rates.stream().sorted().toList().get(rates.size() / 2);
  }

  private static Row row(int outstanding, long bare, long whole) {
    return new Row(
        outstanding, bare, whole, Math.round(1000.0 * (bare - whole) / Math.max(1, bare)) / 10.0);
  }
}
