package org.quorate.itest;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.quorate.api.Bytes;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.failover.FailoverParameters;
import org.quorate.failover.Operators;
import org.quorate.failover.Registry;
import org.quorate.failover.Self;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverWork;
import org.quorate.spi.failover.ShardState;
import org.quorate.spi.failover.TakeoverHandler;
import org.quorate.spi.failover.WorkSpec;

/**
 * A process of a product that uses the failover registry, driven by lines on its standard input; it ends
 * with them, or after a quarter of an hour. Arguments: its name, then addresses of the cluster. What it
 * works on are three shards, which are keys of the cluster: each does an operation once, and refuses
 * whoever comes with a lower takeover number than it has heard.
 *
 * <pre>
 *   work TABLE STEP   begins an operation and stops behind a step: none, lock, told (two of three shards)
 *   hold              takeovers stop before their first step
 *   go                whatever stopped goes on, and nothing stops any more
 * </pre>
 */
final class FailoverProduct implements TakeoverHandler {
  static final List<String> SHARDS = List.of("s1", "s2", "s3");
  static final String SHARD_KEYS = "shards";
  private static final String LEASE_MS = "2000";
  private static final String HEARTBEAT_MS = "250";
  private static final int LIFE_S = 900;

  private final Coordinator coordinator;
  private final Registry registry;
  private final Map<String, CompletableFuture<Void>> stops = new ConcurrentHashMap<>();
  private volatile boolean holding;

  private FailoverProduct(String name, String[] addresses) {
    QuorateClient client = QuorateClient.connect(ClientOptions.of(addresses));
    coordinator =
        new KvCoordinator(
            client.group("default").access(), name, 1, () -> client.shutdown().toCompletionStage());
    registry =
        new Registry(
            coordinator,
            Operators.ROOT,
            FailoverParameters.settings(
                Map.of("fo.hb.ms", HEARTBEAT_MS, "fo.lease.ms", LEASE_MS, "fo.takeover.max", "99")),
            new Self(name, "10.0.0." + name.substring(1), 1),
            new LoopThread("failover"),
            Executors.newCachedThreadPool(),
            (kind, text) -> say(kind + " " + text));
    registry.add(this);
    registry.start();
  }

  /** Runs one. */
  public static void main(String[] args) throws Exception {
    ScheduledExecutorService end = Executors.newSingleThreadScheduledExecutor();
    end.schedule(() -> Runtime.getRuntime().halt(3), LIFE_S, TimeUnit.SECONDS);
    try {
      FailoverProduct product =
          new FailoverProduct(
              args[0], List.of(args).subList(1, args.length).toArray(new String[0]));
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        product.command(line.split(" "));
      }
    } finally {
      Runtime.getRuntime().halt(0);
    }
  }

  private static void say(String line) {
    synchronized (System.out) {
      System.out.println(line);
      System.out.flush();
    }
  }

  private void command(String[] words) {
    switch (words[0]) {
      case "work" -> work(words[1], words[2]);
      case "hold" -> holding = true;
      case "go" -> {
        holding = false;
        stops.values().forEach(s -> s.complete(null));
      }
      default -> say("what is " + words[0]);
    }
  }

  private CompletionStage<Void> stop(String what) {
    CompletableFuture<Void> stop = stops.computeIfAbsent(what, w -> new CompletableFuture<>());
    say(what);
    return stop;
  }

  private static CompletionStage<Void> nothing() {
    return CompletableFuture.completedStage(null);
  }

  private void work(String table, String step) {
    registry
        .begin(WorkSpec.of(WorkSpec.DML, "testdb", table))
        .thenCompose(
            work ->
                work.addLock("testdb/" + table)
                    .thenCompose(ok -> step.equals("lock") ? stop("HELD " + work.id()) : nothing())
                    .thenCompose(ok -> work.setContent(Bytes.utf8("write " + table)))
                    .thenCompose(ok -> tell(work, 0, step.equals("told")))
                    .whenComplete((ok, e) -> say((e == null ? "DONE " : "ENDED ") + work.id()))
                    .exceptionallyCompose(e -> late(work, e)))
        .whenComplete(
            (ok, e) -> {
              if (e != null) {
                say("FAILED " + table + " " + e);
              }
            });
  }

  /** Who was stopped for long tries to go on all the same. */
  private CompletionStage<Void> late(FailoverWork work, Throwable why) {
    return work.setStatus(SHARDS.get(2), ShardState.COMMITTED)
        .handle(
            (ok, e) -> {
              Throwable cause = e instanceof CompletionException c ? c.getCause() : e;
              String code = cause instanceof FailoverException f ? f.code().name() : "" + cause;
              say("LATE " + work.id() + " " + code + " after " + why.getMessage());
              return null;
            });
  }

  private CompletionStage<Void> tell(FailoverWork work, int at, boolean stops) {
    if (at == SHARDS.size()) {
      return work.complete();
    }
    String shard = SHARDS.get(at);
    boolean done = work.record().status().get(shard) == ShardState.COMMITTED;
    CompletionStage<Void> chain = nothing();
    if (!done) {
      chain =
          work.setStatus(shard, ShardState.SENT)
              .thenCompose(ok -> stops && at == 2 ? stop("HELD " + work.id()) : nothing())
              .thenCompose(ok -> apply(shard, work))
              .thenCompose(ok -> work.setStatus(shard, ShardState.COMMITTED));
    }
    return chain.thenCompose(ok -> tell(work, at + 1, stops));
  }

  /** A shard's part: once for an id, and for none whose number is lower than one it has heard. */
  private CompletionStage<Void> apply(String shard, FailoverWork work) {
    String key = SHARD_KEYS + "/" + shard + "/" + work.id();
    return coordinator
        .get(key)
        .thenCompose(
            entry -> {
              long heard = entry == null ? -1 : Long.parseLong(entry.value().utf8());
              if (work.token() < heard) {
                say("REFUSED " + work.id() + " " + shard);
                return CompletableFuture.failedStage(new IllegalStateException("refused"));
              }
              Condition same =
                  entry == null
                      ? new Condition.Absent(key)
                      : new Condition.Unchanged(key, entry.modRevision());
              Op put = new Op.Put(key, Bytes.utf8(Long.toString(work.token())));
              return coordinator
                  .transact(new Transaction(List.of(same), List.of(put)))
                  .thenCompose(done -> done.succeeded() ? nothing() : apply(shard, work));
            });
  }

  @Override
  public String type() {
    return WorkSpec.DML;
  }

  @Override
  public CompletionStage<Void> takeOver(FailoverWork work) {
    String took = "TOOK " + work.id() + " " + work.token();
    CompletionStage<Void> begun = nothing();
    if (holding) {
      begun = stop(took);
    } else {
      say(took);
    }
    return begun.thenCompose(
        ok -> work.record().state() < 2 ? work.complete() : tell(work, 0, false));
  }
}
