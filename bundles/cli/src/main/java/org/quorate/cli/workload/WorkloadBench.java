package org.quorate.cli.workload;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.quorate.api.Conflict;
import org.quorate.api.Isolation;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.bench.ClosedLoop;
import org.quorate.cli.cluster.Reach;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;
import org.quorate.client.net.VertxFactory;
import org.quorate.tck.history.Anomaly;

/** Runs a workload by many clients, each with a session and a connection of its own. */
public final class WorkloadBench {
  /** What the clients do. */
  public enum Kind {
    /** Puts to keys of their own. */
    DISJOINT,
    /** Typed increments of one key. */
    COUNTER,
    /** Transfers between accounts. */
    BANK,
    /** Reads of lists and appends to them. */
    LIST_APPEND,
    /** Probe: reads and increments. */
    LOST_UPDATE,
    /** Probe: pairs of which one must stay. */
    WRITE_SKEW,
    /** Probe: one writes, another reads. */
    STALE_READ;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * What to do.
   *
   * @param reach how the nodes are reached
   * @param spread whether clients begin at different nodes, not all at the first
   * @param keys that they share
   * @param check whether what they saw is verified
   */
  public record Plan(
      Reach reach,
      String group,
      Kind kind,
      Isolation level,
      boolean spread,
      int clients,
      int keys,
      double seconds,
      boolean check) {}

  /**
   * What came out; latencies in milliseconds, retries included.
   *
   * @param failed operations that the library gave up
   * @param tries runs of transactions' closures
   * @param aborts tries that lost, by reason
   * @param doomed tries given up before they were proposed
   * @param reservations tries with their keys reserved, since the one before had lost
   * @param anomalies what was found wrong; null if not checked
   */
  public record Report(
      String workload,
      String level,
      String spread,
      int clients,
      long commits,
      long perSecond,
      double p50,
      double p99,
      long failed,
      double failedPercent,
      long tries,
      Map<String, Long> aborts,
      long doomed,
      long reservations,
      List<String> anomalies) {}

  private WorkloadBench() {}

  /** Blocks for the time of the plan and the verification. */
  public static Report run(Plan plan) throws InterruptedException {
    Vertx vertx = VertxFactory.create(2, 1);
    List<QuorateClient> connections = new ArrayList<>();
    try {
      List<KvClient> clients = new ArrayList<>();
      for (int i = 0; i < plan.clients(); i++) {
        QuorateClient connection = QuorateClient.connect(vertx, options(plan, i));
        connections.add(connection);
        clients.add(new KvClient(connection.group(plan.group())));
      }
      String prefix = "bench/" + plan.kind() + "/" + Long.toHexString(System.nanoTime()) + "/";
      Session session = new Session(clients, prefix, plan.keys(), plan.level());
      Workload workload = workload(plan.kind(), session);
      now(Future.all(clients.stream().map(c -> c.group().session()).toList()));
      now(workload.prepare());
      ClosedLoop.Result result = ClosedLoop.run(workload::begin, plan.clients(), plan.seconds());
      return report(plan, clients, result, plan.check() ? now(workload.verify()) : null);
    } finally {
      connections.forEach(QuorateClient::close);
      vertx.close();
    }
  }

  private static ClientOptions options(Plan plan, int client) {
    List<String> addresses =
        new ArrayList<>(plan.reach().nodes().stream().map(Reach.Place::client).toList());
    Collections.rotate(addresses, plan.spread() ? client : 0);
    return ClientOptions.of(addresses.toArray(String[]::new))
        .withName("bench-" + client)
        .withTls(plan.reach().ca())
        .withToken(plan.reach().token());
  }

  private static Workload workload(Kind kind, Session session) {
    return switch (kind) {
      case DISJOINT -> new Disjoint(session);
      case COUNTER -> new Counter(session);
      case BANK -> new Bank(session);
      case LIST_APPEND -> new ListAppend(session);
      case LOST_UPDATE -> new Increments(session);
      case WRITE_SKEW -> new WriteSkew(session);
      case STALE_READ -> new StaleRead(session);
    };
  }

  private static <T> T now(Future<T> future) throws InterruptedException {
    try {
      return future.toCompletionStage().toCompletableFuture().get(5, TimeUnit.MINUTES);
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new CliException(
          ExitCode.UNREACHABLE, "the group does not answer: " + cause, "see 'quorate status'", e);
    }
  }

  private static Report report(
      Plan plan, List<KvClient> clients, ClosedLoop.Result result, List<Anomaly> anomalies) {
    Map<String, Long> aborts = new TreeMap<>();
    for (Conflict.Reason reason : Conflict.Reason.values()) {
      long sum = clients.stream().mapToLong(c -> c.transactions().aborts(reason)).sum();
      if (sum > 0) {
        aborts.put(reason.name(), sum);
      }
    }
    long commits = result.latency().getTotalCount();
    return new Report(
        plan.kind().toString(),
        plan.level().name(),
        plan.spread() ? "all" : "one",
        plan.clients(),
        commits,
        Math.round(result.perSecond()),
        rounded(result.millis(50)),
        rounded(result.millis(99)),
        result.failed(),
        rounded(100.0 * result.failed() / Math.max(1, commits + result.failed())),
        clients.stream().mapToLong(c -> c.transactions().tries()).sum(),
        aborts,
        clients.stream().mapToLong(c -> c.transactions().doomedEarly()).sum(),
        clients.stream().mapToLong(c -> c.transactions().reservations()).sum(),
        anomalies == null ? null : anomalies.stream().map(Anomaly::toString).toList());
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
