package org.quorate.cli.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** A measurement of a cluster: the disk, the way there and back, and writes; medians of runs. */
public final class Bench {
  /**
   * What to do.
   *
   * @param addresses client addresses of the nodes
   * @param directory where the nodes' data is
   */
  public record Plan(
      List<String> addresses,
      String group,
      Path directory,
      List<Integer> outstanding,
      int runs,
      double seconds,
      double warmupSeconds,
      int clients,
      int valueBytes) {}

  /**
   * One line of the report; latencies in milliseconds.
   *
   * @param flushesPerOperation flushes of this machine's disks, -1 if it does not tell
   */
  public record Row(
      String what,
      int outstanding,
      long perSecond,
      double p50,
      double p99,
      double p999,
      long failed,
      double flushesPerOperation) {}

  /** The whole report. */
  public record Report(
      String fileSystem, String java, int cores, int runs, int valueBytes, List<Row> rows) {}

  private Bench() {}

  /** Runs it; blocks. The listener hears of each row of each run. */
  public static Report run(Plan plan, Consumer<Row> listener) throws InterruptedException {
    String fileSystem = Disk.fileSystem(plan.directory());
    List<Row> rows = new ArrayList<>();
    rows.add(row("disk sync alone", 1, Disk.syncs(plan.directory(), 2), -1));
    listener.accept(rows.get(0));
    try (Writes writes =
        new Writes(plan.addresses(), plan.group(), plan.clients(), plan.valueBytes())) {
      ClosedLoop.run(writes::put, 64, plan.warmupSeconds());
      ClosedLoop.run(writes::echo, 64, Math.min(2, plan.warmupSeconds()));
      for (int outstanding : plan.outstanding()) {
        rows.add(row("local read", outstanding, ClosedLoop.run(writes::echo, outstanding, 1), -1));
        listener.accept(rows.get(rows.size() - 1));
      }
      List<List<Row>> runs = new ArrayList<>();
      for (int run = 0; run < plan.runs(); run++) {
        List<Row> of = new ArrayList<>();
        for (int outstanding : plan.outstanding()) {
          of.add(measured(writes, outstanding, plan.seconds()));
          listener.accept(of.get(of.size() - 1));
        }
        runs.add(of);
      }
      for (int i = 0; i < plan.outstanding().size(); i++) {
        int at = i;
        rows.add(median(runs.stream().map(r -> r.get(at)).toList()));
      }
    }
    return new Report(
        fileSystem,
        Runtime.version().toString(),
        Runtime.getRuntime().availableProcessors(),
        plan.runs(),
        plan.valueBytes(),
        rows);
  }

  private static Row measured(Writes writes, int outstanding, double seconds)
      throws InterruptedException {
    ClosedLoop.run(writes::put, outstanding, Math.min(0.5, seconds));
    long before = Disk.flushes();
    ClosedLoop.Result result = ClosedLoop.run(writes::put, outstanding, seconds);
    long flushes = before < 0 ? -1 : Disk.flushes() - before;
    return row("write", outstanding, result, flushes);
  }

  private static Row row(String what, int outstanding, ClosedLoop.Result result, long flushes) {
    long operations = Math.max(1, result.latency().getTotalCount());
    return new Row(
        what,
        outstanding,
        Math.round(result.perSecond()),
        rounded(result.millis(50)),
        rounded(result.millis(99)),
        rounded(result.millis(99.9)),
        result.failed(),
        flushes < 0 ? -1 : rounded((double) flushes / operations));
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  /** The run in the middle by rate, as a whole. */
  private static Row median(List<Row> runs) {
    return runs.stream()
        .sorted(Comparator.comparingLong(Row::perSecond))
        .toList()
        .get(runs.size() / 2);
  }
}
