package org.quorate.cli.bench.coord;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.quorate.api.Bytes;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.bench.ClosedLoop;
import org.quorate.spi.coordination.Coordinator;

/**
 * Writes, reads, notifications and a contended lock of coordinators, in rounds that alternate between
 * providers; medians of the rounds by rate.
 */
public final class CoordBench {
  private static final int KEYS = 4096;
  private static final int CONTENDERS = 4;
  private static final int WARM_LANES = 64;

  /**
   * What to do.
   *
   * @param outstanding of writes and reads; notifications and the lock have one and four
   */
  public record Plan(
      List<Integer> outstanding, int runs, double seconds, double warmup, int valueBytes) {}

  /**
   * A provider.
   *
   * @param clients that share the load, at least two
   */
  public record Target(String name, List<Coordinator> clients) {}

  /**
   * One line of the report; latencies in milliseconds: of a lock from the release to the next holder, and to
   * the answer to who released it; of a notification from the write on.
   *
   * @param ratio how many times as much the first provider does; null for the first one
   */
  public record Row(
      String what,
      String provider,
      int outstanding,
      long perSecond,
      double p50,
      double p99,
      long failed,
      Double ratio) {}

  private final Plan plan;
  private final Bytes value;
  private final String[] keys = new String[KEYS];

  private CoordBench(Plan plan) {
    this.plan = plan;
    byte[] random = new byte[plan.valueBytes()];
    new Random(1).nextBytes(random);
    value = Bytes.wrap(random);
    for (int i = 0; i < KEYS; i++) {
      keys[i] = "bench/k/" + i;
    }
  }

  /** Runs it; blocks. The listener hears of each row of each round. */
  public static List<Row> run(Plan plan, List<Target> targets, Consumer<Row> listener)
      throws InterruptedException {
    CoordBench bench = new CoordBench(plan);
    Map<String, List<Row>> measured = new LinkedHashMap<>();
    Consumer<Row> note =
        row -> {
          String same = row.what() + row.outstanding() + row.provider();
          measured.computeIfAbsent(same, k -> new ArrayList<>()).add(row);
          listener.accept(row);
        };
    try {
      for (Target target : targets) {
        bench.warmUp(target);
      }
      for (int run = 0; run < plan.runs(); run++) {
        bench.round(targets, note);
      }
    } catch (ExecutionException | TimeoutException e) {
      throw new CliException(
          ExitCode.FAILED, "a coordinator does not answer: " + e, "run it again", e);
    }
    return compared(measured.values().stream().map(CoordBench::median).toList());
  }

  /** What is compiled only while it is measured is no figure of what is measured. */
  private void warmUp(Target target)
      throws InterruptedException, ExecutionException, TimeoutException {
    ClosedLoop.run((l, n) -> put(target, l, n), WARM_LANES, plan.warmup());
    ClosedLoop.run((l, n) -> get(target, l, n), WARM_LANES, plan.warmup() / 4);
    try (Notified watched = watched(target)) {
      ClosedLoop.run(watched::put, 1, plan.warmup() / 4);
    }
    try (HandOver lock = new HandOver(target.clients(), CONTENDERS)) {
      ClosedLoop.run(lock::pass, CONTENDERS, plan.warmup() / 2);
    }
  }

  private Notified watched(Target target)
      throws InterruptedException, ExecutionException, TimeoutException {
    long from =
        client(target, 0).put("bench/from", value).toCompletableFuture().get(60, TimeUnit.SECONDS);
    List<Coordinator> writers = target.clients().subList(1, target.clients().size());
    return new Notified(client(target, 0), writers, value, 1, from);
  }

  private Future<Boolean> put(Target target, int lane, long number) {
    return done(client(target, lane).put(key(lane, number), value));
  }

  private Future<Boolean> get(Target target, int lane, long number) {
    return done(client(target, lane).get(key(lane, number)));
  }

  private static Future<Boolean> done(CompletionStage<?> stage) {
    return Future.fromCompletionStage(stage.thenApply(answer -> true));
  }

  private static Coordinator client(Target target, int lane) {
    return target.clients().get(lane % target.clients().size());
  }

  private String key(int lane, long number) {
    return keys[(int) ((lane * 31L + number) & (KEYS - 1))];
  }

  private void round(List<Target> targets, Consumer<Row> note)
      throws InterruptedException, ExecutionException, TimeoutException {
    for (int outstanding : plan.outstanding()) {
      for (Target target : targets) {
        note.accept(plain("write", target, outstanding, (l, n) -> put(target, l, n)));
      }
      for (Target target : targets) {
        note.accept(plain("read", target, outstanding, (l, n) -> get(target, l, n)));
      }
    }
    for (Target target : targets) {
      try (Notified watched = watched(target)) {
        note.accept(plain("notification", target, 1, watched::put));
      }
    }
    for (Target target : targets) {
      try (HandOver lock = new HandOver(target.clients(), CONTENDERS)) {
        ClosedLoop.run(lock::pass, CONTENDERS, Math.min(0.5, plan.seconds()));
        lock.forget();
        ClosedLoop.Result result = ClosedLoop.run(lock::pass, CONTENDERS, plan.seconds());
        note.accept(row("lock hand-over", target, CONTENDERS, result, lock.taken()));
        note.accept(row("its release alone", target, CONTENDERS, result, lock.released()));
      }
    }
  }

  private Row plain(String what, Target target, int outstanding, ClosedLoop.Operation operation)
      throws InterruptedException {
    ClosedLoop.run(operation, outstanding, Math.min(0.5, plan.seconds()));
    ClosedLoop.Result result = ClosedLoop.run(operation, outstanding, plan.seconds());
    return row(what, target, outstanding, result, result.latency());
  }

  private static Row row(
      String what, Target target, int outstanding, ClosedLoop.Result result, Histogram latency) {
    return new Row(
        what,
        target.name(),
        outstanding,
        Math.round(result.perSecond()),
        millis(latency, 50),
        millis(latency, 99),
        result.failed(),
        null);
  }

  private static double millis(Histogram latency, double percentile) {
    return Math.round(latency.getValueAtPercentile(percentile) / 1e3) / 1e3;
  }

  private static Row median(List<Row> runs) {
    return runs.stream()
        .sorted(Comparator.comparingLong(Row::perSecond))
        .toList()
        .get(runs.size() / 2);
  }

  /** The first of each measurement is compared with. */
  private static List<Row> compared(List<Row> medians) {
    Map<String, Row> first = new LinkedHashMap<>();
    List<Row> rows = new ArrayList<>();
    for (Row row : medians) {
      Row own = first.putIfAbsent(row.what() + row.outstanding(), row);
      if (own == null) {
        rows.add(row);
      } else {
        double ratio = Math.round(100.0 * own.perSecond() / Math.max(1, row.perSecond())) / 100.0;
        rows.add(
            new Row(
                row.what(),
                row.provider(),
                row.outstanding(),
                row.perSecond(),
                row.p50(),
                row.p99(),
                row.failed(),
                ratio));
      }
    }
    return rows;
  }
}
