package org.quorate.cli.command;

import java.util.List;
import java.util.Locale;
import org.quorate.api.Isolation;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.Reach;
import org.quorate.cli.workload.WorkloadBench;
import org.quorate.cli.workload.WorkloadBench.Kind;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options of {@code bench --workload}. */
final class WorkloadOptions {
  private enum Spread {
    ONE,
    ALL
  }

  @Option(
      names = "--workload",
      paramLabel = "NAME",
      converter = KindName.class,
      description = {
        "Instead: clients with a session each run disjoint, counter, bank or list-append, or a",
        "probe: lost-update, write-skew, stale-read. Probes are always checked."
      })
  private Kind workload;

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      description = "Isolation of a workload: snapshot, serializable, strict (default).")
  private Isolation level = Isolation.STRICT;

  @Option(
      names = "--spread",
      paramLabel = "NODES",
      description = "Node where the clients of a workload begin: one (default) or all.")
  private Spread spread = Spread.ONE;

  @Option(
      names = "--keys",
      paramLabel = "N",
      description = "Keys that the clients of a workload share (default: ${DEFAULT-VALUE}).")
  private int keys = 10;

  @Option(names = "--check", description = "Verify what the clients of the workload saw.")
  private boolean check;

  static final class KindName implements ITypeConverter<Kind> {
    @Override
    public Kind convert(String text) {
      for (Kind kind : Kind.values()) {
        if (kind.toString().equals(text.toLowerCase(Locale.ROOT))) {
          return kind;
        }
      }
      throw new TypeConversionException(
          "'"
              + text
              + "' is none of "
              + List.of(Kind.values()).toString().replaceAll("[\\[\\]]", ""));
    }
  }

  boolean wanted() {
    return workload != null;
  }

  /** Runs it and prints the report; the exit code tells whether all was well. */
  int run(Root root, Reach reach, String group, int clients, double seconds)
      throws InterruptedException {
    boolean probe = workload.compareTo(Kind.LOST_UPDATE) >= 0;
    int least = probe ? 2 : 1;
    int leastKeys = workload == Kind.BANK ? 2 : 1;
    if (clients < least || clients > 1024 || keys < leastKeys || keys > 100_000) {
      throw new CliException(
          ExitCode.USAGE,
          "an option is out of its range",
          "--clients " + least + "..1024, --keys " + leastKeys + "..100000");
    }
    WorkloadBench.Plan plan =
        new WorkloadBench.Plan(
            reach,
            group,
            workload,
            level,
            spread == Spread.ALL,
            clients,
            keys,
            seconds,
            check || probe);
    root.terminal().progress(workload + " by " + clients + " clients for " + seconds + " s");
    WorkloadBench.Report report = WorkloadBench.run(plan);
    root.terminal().progressDone();
    root.print(report);
    boolean sound = report.anomalies() == null || report.anomalies().isEmpty();
    return sound ? ExitCode.OK : ExitCode.FINDINGS;
  }
}
