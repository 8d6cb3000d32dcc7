package org.quorate.simulator.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.GroupId;
import org.quorate.api.Gtid;
import org.quorate.api.KeyRange;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Committed;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.core.replica.Replica;
import org.quorate.simulator.engine.Process;
import org.quorate.simulator.engine.Rng;

/**
 * A simulated process's way to the group, over a network that loses requests and answers. The process
 * can be frozen and killed: what was under way may still be executed. What it is told of its sessions is
 * held against when they end.
 */
public final class SimAccess implements GroupAccess {
  private static final GroupId ID = GroupId.of("sim");
  private static final int ATTEMPTS = 20;

  private final Workload workload;
  private final Cluster cluster;
  private final Rng rng;
  private final Process process;
  private final Courier courier;
  private final Map<Long, Watch> watches = new LinkedHashMap<>();
  private long watched;
  private boolean polling;

  private static final class Watch {
    final long version;
    final LongConsumer then;
    boolean over;

    Watch(long version, LongConsumer then) {
      this.version = version;
      this.then = then;
    }

    void tell(long reached) {
      if (!over) {
        over = true;
        then.accept(reached);
      }
    }
  }

  /** Of one run of a process. */
  SimAccess(int id, Workload workload, Cluster cluster, Rng rng, Process process) {
    this.workload = workload;
    this.cluster = cluster;
    this.rng = rng;
    this.process = process;
    courier = new Courier(id, workload, cluster, rng.split(), false);
    courier.start();
  }

  @Override
  public GroupId id() {
    return ID;
  }

  @Override
  public Executor loop() {
    return process.loop();
  }

  @Override
  public Runnable after(long ms, Runnable task) {
    boolean[] over = new boolean[1];
    later(
        ms,
        () -> {
          if (!over[0]) {
            task.run();
          }
        });
    return () -> over[0] = true;
  }

  private void later(long ms, Runnable task) {
    cluster.queue().after(ms * 1000, () -> process.run(task));
  }

  /** An answer reaches the loop of the process, if that still lives. */
  private <T> void tell(CompletableFuture<T> done, T answer) {
    process.run(() -> process.loop().execute(() -> done.complete(answer)));
  }

  // ---- commands and reads ---------------------------------------------------------------------

  @Override
  public CompletionStage<Outcome> propose(Bytes command) {
    CompletableFuture<Outcome> done = new CompletableFuture<>();
    process.run(() -> propose(command, 0, done));
    return done;
  }

  private void propose(Bytes command, int waited, CompletableFuture<Outcome> done) {
    if (!courier.ready()) {
      if (waited == 200) {
        tell(done, new Outcome.NotLeader(null, "no session of the client"));
      } else {
        later(20, () -> propose(command, waited + 1, done));
      }
      return;
    }
    cluster.sent(command);
    courier.write(
        () -> "coordinate",
        command,
        null,
        new Call.Answer() {
          @Override
          public void done(Bytes result, long version, long position) {
            tell(done, new Committed(new Gtid(cluster.historyId(), version), position, result));
          }

          @Override
          public void unknown() {
            tell(done, new Outcome.Indeterminate("no answer", null));
          }
        });
  }

  @Override
  public CompletionStage<ReadOutcome> read(Bytes query, ReadLevel level) {
    CompletableFuture<ReadOutcome> done = new CompletableFuture<>();
    process.run(
        () ->
            courier.read(
                () -> "look",
                query,
                level,
                new Call.Answer() {
                  @Override
                  public void done(Bytes result, long version, long position) {
                    Gtid gtid = new Gtid(cluster.historyId(), version);
                    tell(done, new ReadOutcome.Answered(gtid, result));
                  }

                  @Override
                  public void refused() {
                    unanswered(new Outcome.Rejected(Outcome.Rejection.COMPACTED, "compacted"));
                  }

                  @Override
                  public void unknown() {
                    unanswered(new Outcome.NotLeader(null, "no answer"));
                  }

                  private void unanswered(Outcome why) {
                    tell(done, new ReadOutcome.Unanswered(why));
                  }
                }));
    return done;
  }

  // ---- sessions -------------------------------------------------------------------------------

  @Override
  public CompletionStage<Outcome> openSession(long ttlMs) {
    return asked(
        (replica, answer) -> replica.openSession(ttlMs, answer),
        (done, calledUs) -> cluster.leases().opened(done.result().longAt(0), ttlMs, calledUs));
  }

  @Override
  public CompletionStage<Outcome> keepAlive(List<Long> sessions) {
    return asked(
        (replica, answer) -> replica.keepAlive(sessions, answer),
        (done, calledUs) -> {
          List<Long> gone = Courier.gone(done);
          sessions.stream()
              .filter(id -> !gone.contains(id))
              .forEach(id -> cluster.leases().renewed(id, calledUs));
        });
  }

  @Override
  public CompletionStage<Outcome> closeSession(long session) {
    cluster.leases().closing(session);
    return asked(
        (replica, answer) -> replica.closeSession(session, answer), (done, calledUs) -> {});
  }

  private CompletionStage<Outcome> asked(
      BiConsumer<Replica, Consumer<Outcome>> request, BiConsumer<Committed, Long> committed) {
    CompletableFuture<Outcome> done = new CompletableFuture<>();
    process.run(() -> ask(request, committed, new int[1], done));
    return done;
  }

  private void ask(
      BiConsumer<Replica, Consumer<Outcome>> request,
      BiConsumer<Committed, Long> committed,
      int[] attempts,
      CompletableFuture<Outcome> done) {
    int attempt = ++attempts[0];
    if (done.isDone()) {
      return;
    }
    if (attempt > ATTEMPTS) {
      tell(done, new Outcome.Indeterminate("no answer to " + ATTEMPTS + " attempts", null));
      return;
    }
    long calledUs = cluster.queue().nowUs();
    Consumer<Outcome> answer =
        outcome ->
            process.run(
                () -> {
                  if (attempts[0] != attempt || done.isDone()) {
                    return;
                  }
                  if (outcome instanceof Committed answered) {
                    attempts[0]++; // whatever else comes is of no use
                    committed.accept(answered, calledUs);
                    tell(done, outcome);
                  } else {
                    courier.redirect(outcome);
                    later(
                        rng.between(5, 60),
                        () -> again(request, committed, attempts, attempt, done));
                  }
                });
    NodeId node = rng.chance(0.2) ? rng.pick(cluster.nodeIds()) : courier.target();
    cluster.call(
        node, replica -> request.accept(replica, o -> cluster.reply(() -> answer.accept(o))));
    later(
        rng.between(300, 1_000),
        () -> {
          if (attempts[0] == attempt) {
            courier.redirect();
            ask(request, committed, attempts, done);
          }
        });
  }

  private void again(
      BiConsumer<Replica, Consumer<Outcome>> request,
      BiConsumer<Committed, Long> committed,
      int[] attempts,
      int attempt,
      CompletableFuture<Outcome> done) {
    if (attempts[0] == attempt) {
      ask(request, committed, attempts, done);
    }
  }

  // ---- watches --------------------------------------------------------------------------------

  @Override
  public Runnable watch(List<KeyRange> keys, long version, LongConsumer then) {
    long id = ++watched;
    Watch watch = new Watch(version, then);
    watches.put(id, watch);
    if (!polling) {
      polling = true;
      poll();
    }
    return () -> {
      watch.over = true;
      watches.remove(id);
    };
  }

  /** What a node would tell by itself is found out by asking it; now and then nothing can be told. */
  private void poll() {
    if (watches.isEmpty()) {
      polling = false;
      return;
    }
    if (rng.chance(0.02)) {
      reached(Long.MAX_VALUE);
    }
    NodeId node = rng.chance(0.2) ? rng.pick(cluster.nodeIds()) : courier.target();
    cluster.call(
        node,
        replica -> {
          long version = replica.log().version();
          cluster.reply(() -> process.run(() -> reached(version)));
        });
    later(rng.between(20, 120), this::poll);
  }

  private void reached(long version) {
    List<Map.Entry<Long, Watch>> all = new ArrayList<>(watches.entrySet());
    for (Map.Entry<Long, Watch> entry : all) {
      Watch watch = entry.getValue();
      if (watch.version < version) {
        watches.remove(entry.getKey());
        long told = version == Long.MAX_VALUE ? 0 : watch.version + 1;
        process.loop().execute(() -> watch.tell(told));
      }
    }
  }
}
