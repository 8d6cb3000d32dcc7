package org.quorate.cli.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.quorate.cli.bench.peer.Peer;

/**
 * A measurement of a cluster: the disk, the way there and back, and writes, if wanted beside peers in
 * rounds that alternate; medians of the rounds.
 */
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
   * @param flushesPerOperation flushes of this machine's disks; null if it does not tell or nothing was
   *     flushed
   * @param ratio of a peer: how many times as many writes this cluster does; null otherwise
   */
  public record Row(
      String what,
      int outstanding,
      long perSecond,
      double p50,
      double p99,
      double p999,
      long failed,
      Double flushesPerOperation,
      Double ratio) {}

  /** The whole report. */
  public record Report(
      String fileSystem, String java, int cores, int runs, int valueBytes, List<Row> rows) {}

  private Bench() {}

  /** Refuses a directory whose files are in memory; throws CliException. */
  public static void checkDisk(Path directory) {
    Disk.fileSystem(directory);
  }

  /** Something that is written to. */
  private record Target(String name, ClosedLoop.Operation put) {}

  /**
   * Runs it; blocks. The listener hears of each row of each round.
   *
   * @param peers measured in the same rounds
   */
  public static Report run(Plan plan, List<Peer> peers, Consumer<Row> listener)
      throws InterruptedException {
    String fileSystem = Disk.fileSystem(plan.directory());
    List<Row> rows = new ArrayList<>();
    rows.add(row("disk sync alone", 1, Disk.syncs(plan.directory(), 2), -1));
    listener.accept(rows.get(0));
    try (Writes writes =
        new Writes(plan.addresses(), plan.group(), plan.clients(), plan.valueBytes())) {
      List<Target> systems = new ArrayList<>();
      systems.add(new Target("write", writes::put));
      peers.forEach(peer -> systems.add(new Target(peer.name(), peer::put)));
      for (Target system : systems) {
        ClosedLoop.run(system.put(), 64, plan.warmupSeconds());
      }
      ClosedLoop.run(writes::echo, 64, Math.min(2, plan.warmupSeconds()));
      for (int outstanding : plan.outstanding()) {
        rows.add(row("local read", outstanding, ClosedLoop.run(writes::echo, outstanding, 1), -1));
        listener.accept(rows.get(rows.size() - 1));
      }
      rows.addAll(rounds(plan, systems, listener));
    }
    return new Report(
        fileSystem,
        Runtime.version().toString(),
        Runtime.getRuntime().availableProcessors(),
        plan.runs(),
        plan.valueBytes(),
        rows);
  }

  private static List<Row> rounds(Plan plan, List<Target> systems, Consumer<Row> listener)
      throws InterruptedException {
    Map<String, List<Row>> measured = new LinkedHashMap<>();
    for (int run = 0; run < plan.runs(); run++) {
      for (Target system : systems) {
        for (int outstanding : plan.outstanding()) {
          Row row = measured(system, outstanding, plan.seconds());
          measured
              .computeIfAbsent(system.name() + " at " + outstanding, k -> new ArrayList<>())
              .add(row);
          listener.accept(row);
        }
      }
    }
    List<Row> medians = new ArrayList<>();
    Map<Integer, Row> ours = new TreeMap<>();
    for (List<Row> runs : measured.values()) {
      Row median = median(runs);
      Row own = ours.putIfAbsent(median.outstanding(), median);
      medians.add(own == null ? median : compared(median, own));
    }
    return medians;
  }

  private static Row compared(Row peer, Row own) {
    double ratio = Math.round(100.0 * own.perSecond() / Math.max(1, peer.perSecond())) / 100.0;
    return new Row(
        peer.what(),
        peer.outstanding(),
        peer.perSecond(),
        peer.p50(),
        peer.p99(),
        peer.p999(),
        peer.failed(),
        peer.flushesPerOperation(),
        ratio);
  }

  private static Row measured(Target system, int outstanding, double seconds)
      throws InterruptedException {
    ClosedLoop.run(system.put(), outstanding, Math.min(0.5, seconds));
    long before = Disk.flushes();
    ClosedLoop.Result result = ClosedLoop.run(system.put(), outstanding, seconds);
    long flushes = before < 0 ? -1 : Disk.flushes() - before;
    return row(system.name(), outstanding, result, flushes);
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
        flushes < 0 ? null : Double.valueOf(rounded((double) flushes / operations)),
        null);
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
