package org.quorate.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.quorate.api.kv.KvLimits;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.KvLink;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.cluster.NodeApi;
import org.quorate.cli.load.FileFormat;
import org.quorate.cli.load.Loader;

/** Loads a file into a running cluster, kills its leader on the way and checks what is there. */
public final class Demo {
  private static final String PREFIX = "record/";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long WRITE_TIMEOUT_MS = 60_000;
  private static final long POLL_MS = 50;
  private static final int IN_FLIGHT = 32;
  private static final int MAX_RECORD_BYTES = 1 << 20;

  private final LocalCluster cluster;
  private final Consumer<String> say;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile String killed;
  private volatile long killedAt;

  /**
   * Prepares it.
   *
   * @param say told what happens, line by line
   */
  public Demo(LocalCluster cluster, Consumer<String> say) {
    this.cluster = cluster;
    this.say = say;
  }

  /**
   * What happened, and the verdict.
   *
   * @param unique keys acknowledged; every node must hold all of them
   * @param lost acknowledged, but not on some node with the value acknowledged last
   * @param doubled increments found beyond those that were sent and may have been executed
   * @param missing increments acknowledged but not found
   */
  public record Report(
      String file,
      long records,
      long rejected,
      long sent,
      long acknowledged,
      long unique,
      double seconds,
      long perSecond,
      String leaderKilled,
      long killedAtRecord,
      long withoutLeaderMs,
      long incrementsSent,
      long incrementsAcknowledged,
      long incrementsUnknown,
      List<NodeLine> nodes,
      boolean equalHashes,
      long lost,
      long doubled,
      long missing,
      boolean passed) {}

  /** What a node holds. */
  public record NodeLine(
      String node, long present, long counters, long version, String stateHash) {}

  /** Runs it; the cluster must be serving. */
  public Report run(Path file, FileFormat format) throws IOException, InterruptedException {
    ClusterFile nodes = cluster.file();
    FileFormat prefixed =
        new FileFormat(
            format.kind(),
            format.delimiter(),
            format.header(),
            format.keyColumn(),
            format.valueColumn(),
            PREFIX);
    Loader.Settings settings =
        new Loader.Settings(
            prefixed,
            1,
            IN_FLIGHT,
            cluster.data().resolve("demo.rejects"),
            true,
            MAX_RECORD_BYTES,
            4 * MAX_RECORD_BYTES);
    try (KvLink link = KvLink.to(nodes, "default", WRITE_TIMEOUT_MS);
        KvLink counting = KvLink.to(nodes, "default", WRITE_TIMEOUT_MS)) {
      Counters counters = new Counters(counting);
      Ledger ledger = new Ledger(link::write);
      Killer killer =
          new Killer(ledger, counters, Loader.count(file, prefixed, MAX_RECORD_BYTES) / 3);
      Loader loader = new Loader(ledger::submit, KvLimits.DEFAULTS, settings, killer::progress);
      counters.start();
      Loader.Report loaded = loader.load(file, "demo");
      killer.finish();
      counters.stop();
      return check(file, loaded, ledger, counters, nodes);
    }
  }

  /** Kills the leader once a third is acknowledged, and starts it again once another one serves. */
  private final class Killer {
    private final Ledger ledger;
    private final Counters counters;
    private final long after;
    private Thread thread;

    Killer(Ledger ledger, Counters counters, long after) {
      this.ledger = ledger;
      this.counters = counters;
      this.after = after;
    }

    void progress(long bytes, long total, long records, long rejected, double seconds) {
      if (thread == null && ledger.answered() >= after) {
        thread = new Thread(this::strike, "demo-killer");
        thread.start();
      }
    }

    private void strike() {
      try {
        String leader = leader();
        killedAt = ledger.answered();
        long pid = cluster.kill(leader);
        counters.killed();
        killed = leader;
        say.accept("killed the leader " + leader + ", process " + pid + ", with SIGKILL");
        // It stays down until the others serve without it: what a fail-over takes is measured.
        if (!counters.awaitRecovery(PATIENCE)) {
          throw new CliException(
              ExitCode.FAILED,
              "no write was acknowledged for " + PATIENCE.toSeconds() + " s after the kill",
              "see the nodes' logs: run it with --keep");
        }
        ClusterFile.NodeEntry again = cluster.start(leader);
        say.accept("started " + leader + " again, process " + again.pid());
        cluster.awaitAnswer(again, PATIENCE, (what, seconds) -> {});
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        failure.set(e);
      } catch (RuntimeException e) {
        failure.set(e);
      }
    }

    void finish() throws InterruptedException {
      if (thread == null) {
        throw new CliException(
            ExitCode.FAILED,
            "the file was loaded before the leader could be killed",
            "use a file of more records");
      }
      thread.join();
      if (failure.get() instanceof RuntimeException e) {
        throw e;
      }
    }
  }

  private String leader() throws InterruptedException {
    NodeApi any = new NodeApi(cluster.file().nodes().get(0));
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      String leader =
          any.call("group.show", Map.of("group", "default"), PATIENCE).path("leader").asText();
      if (!leader.isEmpty()) {
        return leader;
      }
      if (System.nanoTime() - end > 0) {
        throw new CliException(ExitCode.FAILED, "no leader is known", "run it again");
      }
      Thread.sleep(POLL_MS); // one is being elected
    }
  }

  private Report check(
      Path file, Loader.Report loaded, Ledger ledger, Counters counters, ClusterFile nodes)
      throws InterruptedException {
    say.accept("waiting until all nodes have caught up");
    cluster.awaitEqual("default", PATIENCE, (what, seconds) -> {});
    List<NodeLine> lines = new ArrayList<>();
    long lost = 0;
    long doubled = 0;
    long missing = 0;
    long most = counters.acknowledged() + counters.unknown();
    for (ClusterFile.NodeEntry node : nodes.nodes()) {
      NodeCheck c = NodeCheck.of(new NodeApi(node), ledger, PREFIX);
      lines.add(new NodeLine(c.node(), c.present(), c.counters(), c.version(), c.stateHash()));
      lost = Math.max(lost, ledger.keys() - c.present());
      doubled = Math.max(doubled, c.counters() - most);
      missing = Math.max(missing, counters.acknowledged() - c.counters());
    }
    boolean equal =
        lines.stream().map(l -> l.version() + " " + l.stateHash()).distinct().count() == 1;
    boolean complete = ledger.answered() == loaded.records() - loaded.rejected();
    return new Report(
        file.getFileName().toString(),
        loaded.records(),
        loaded.rejected(),
        ledger.sent(),
        ledger.answered(),
        ledger.keys(),
        loaded.seconds(),
        loaded.perSecond(),
        killed,
        killedAt,
        counters.outageMs(),
        counters.sent(),
        counters.acknowledged(),
        counters.unknown(),
        lines,
        equal,
        lost,
        doubled,
        missing,
        equal && complete && lost == 0 && doubled == 0 && missing == 0);
  }
}
