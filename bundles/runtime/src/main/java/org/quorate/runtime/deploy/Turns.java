package org.quorate.runtime.deploy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.quorate.api.NodeId;
import org.quorate.api.ReadLevel;
import org.quorate.api.wire.MalformedException;
import org.quorate.assembly.Assembly;
import org.quorate.assembly.AssemblyException;
import org.quorate.assembly.LocalAssembly;
import org.quorate.runtime.api.ClusterAssembly;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.Deployment;
import org.quorate.runtime.api.Deployment.NodeStep;
import org.quorate.runtime.api.Deployment.State;
import org.quorate.runtime.api.Deployment.Step;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the cluster's record and does what this node's turn is. A node that was killed in its turn
 * takes it again when it is back; one that does not come back is given up by whoever sees it first. Who
 * has no turn and another assembly than the cluster, for it joined or was down, follows.
 */
final class Turns {
  private static final Logger LOG = LoggerFactory.getLogger(Turns.class);
  private static final long FAR_READ_MS = 5000;
  private static final long AGAIN_MS = 30_000;

  /** A jar that came within so long may have been uploaded for the next deployment. */
  private static final long UPLOADED_MS = 3_600_000;

  private final Cluster cluster;
  private final LocalAssembly local;
  private final SystemRecord record;
  private final Health health;
  private final Installing installing;
  private final AtomicBoolean busy = new AtomicBoolean();
  private final List<Waiting> waiting = new ArrayList<>();
  private ClusterAssembly seen = ClusterAssembly.NONE;
  private long seenNanos = System.nanoTime();
  private long farReadNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(FAR_READ_MS);
  private long followNanos = System.nanoTime();
  private long lastAwayMs;
  private long forgotten = -1;

  private record Waiting(long number, CompletableFuture<Deployment> ended) {}

  Turns(
      Cluster cluster,
      LocalAssembly local,
      SystemRecord record,
      Health health,
      Installing installing) {
    this.cluster = cluster;
    this.local = local;
    this.record = record;
    this.health = health;
    this.installing = installing;
  }

  /** From the node's timer: one look at a time, on a worker. */
  void tick() {
    if (busy.compareAndSet(false, true)) {
      cluster
          .workers()
          .execute(
              () -> {
                try {
                  look();
                } catch (ControlException e) {
                  LOG.debug("the cluster's assembly is looked at again: {}", e.getMessage());
                } catch (MalformedException e) {
                  LOG.error("this version cannot read the cluster's assembly", e);
                } finally {
                  busy.set(false);
                }
              });
    }
  }

  /** Complete when a deployment has ended. */
  CompletableFuture<Deployment> ended(long number) {
    CompletableFuture<Deployment> ended = new CompletableFuture<>();
    synchronized (waiting) {
      waiting.add(new Waiting(number, ended));
    }
    return ended;
  }

  private void look() {
    boolean near =
        cluster.groups().stream().anyMatch(g -> g.group().equals(SystemRecord.GROUP) && g.serves());
    if (!near && elapsedMs(farReadNanos) < FAR_READ_MS) {
      return;
    }
    farReadNanos = System.nanoTime();
    ClusterAssembly now = record.read(near ? ReadLevel.LOCAL : ReadLevel.LINEARIZABLE);
    if (now == null) {
      return;
    }
    notice(now);
    NodeStep turn = Rollout.turn(now);
    if (turn == null) {
      follow(now);
    } else if (turn.node().equals(cluster.self())) {
      take(now, turn);
    } else if (elapsedMs(seenNanos) > 2 * cluster.turnMs()) {
      giveUp(turn.node(), "it did not take its turn for " + elapsedMs(seenNanos) + " ms");
    }
  }

  private static long elapsedMs(long sinceNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
  }

  // ---- a turn ------------------------------------------------------------------------------

  private void take(ClusterAssembly now, NodeStep turn) {
    Deployment running = now.running();
    boolean rolling = running.state() == State.ROLLING;
    if (turn.step() != (rolling ? Step.UPDATING : Step.REVERTING)) {
      String need = rolling ? health.need() : null;
      if (need != null) {
        if (elapsedMs(seenNanos) > cluster.turnMs()) {
          giveUp(cluster.self(), need);
        }
        return;
      }
      if (advance(r -> Rollout.claim(r, cluster.self())).isEmpty()) {
        return;
      }
    }
    try {
      long awayMs =
          rolling ? installing.changeOrGoBack(running.to()) : installing.change(running.from());
      lastAwayMs = awayMs == 0 ? lastAwayMs : awayMs; // it was there already: an earlier try
      advance(r -> Rollout.finished(r, cluster.self(), lastAwayMs, System.currentTimeMillis()));
      lastAwayMs = 0;
    } catch (AssemblyException e) {
      giveUp(cluster.self(), e.getMessage());
    }
  }

  private void giveUp(NodeId node, String why) {
    LOG.warn("node {} is given up in the deployment: {}", node, why);
    advance(r -> Rollout.failed(r, node, why, System.currentTimeMillis()));
  }

  private Optional<ClusterAssembly> advance(
      Function<ClusterAssembly, Optional<ClusterAssembly>> step) {
    Optional<ClusterAssembly> next = record.change(step, cluster.turnMs());
    next.ifPresent(this::notice);
    return next;
  }

  // ---- following ---------------------------------------------------------------------------

  private void follow(ClusterAssembly now) {
    Assembly wanted = now.current();
    if (local.running().equals(wanted) && local.kept().equals(wanted)) {
      forgetJars(now);
      return;
    }
    if (System.nanoTime() - followNanos < 0 || health.need() != null) {
      return;
    }
    try {
      installing.changeOrGoBack(wanted);
      cluster.publish("assembly.followed", Map.of("assembly", Long.toString(wanted.number())));
    } catch (AssemblyException e) {
      followNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AGAIN_MS);
      cluster.publish(
          "assembly.behind",
          Map.of("assembly", Long.toString(wanted.number()), "why", e.getMessage()));
    }
  }

  /** Once after each deployment: the jars of the current assembly and of the one before it stay. */
  private void forgetJars(ClusterAssembly now) {
    if (now.revision() == forgotten) {
      return;
    }
    forgotten = now.revision();
    List<Assembly> needed = new ArrayList<>(List.of(now.current()));
    for (int i = now.history().size() - 1; i >= 0 && needed.size() == 1; i--) {
      if (now.history().get(i).state() == State.DONE) {
        needed.add(now.history().get(i).from());
      }
    }
    Set<String> jars = new TreeSet<>();
    needed.forEach(a -> a.bundles().forEach(b -> jars.add(b.sha256())));
    try {
      Instant before = Instant.now().minusMillis(UPLOADED_MS);
      int deleted = local.artifacts().retain(jars, before);
      LOG.info("{} jars of earlier assemblies are deleted", deleted);
    } catch (AssemblyException e) {
      LOG.warn("jars of earlier assemblies stay: {}", e.getMessage());
    }
  }

  // ---- telling -----------------------------------------------------------------------------

  private void notice(ClusterAssembly now) {
    if (now.revision() == seen.revision()) {
      answer(now);
      return;
    }
    seen = now;
    seenNanos = System.nanoTime();
    Deployment running = now.running();
    if (running != null) {
      NodeStep turn = Rollout.turn(now);
      cluster.publish(
          "assembly." + running.state().name().toLowerCase(java.util.Locale.ROOT),
          Map.of(
              "assembly",
              Long.toString(running.number()),
              "node",
              turn.node().name(),
              "step",
              turn.step().name().toLowerCase(java.util.Locale.ROOT),
              "why",
              running.why()));
    } else if (!now.history().isEmpty()) {
      Deployment last = now.history().get(now.history().size() - 1);
      cluster.publish(
          "assembly." + last.state().name().toLowerCase(java.util.Locale.ROOT),
          Map.of("assembly", Long.toString(last.number()), "why", last.why()));
    }
    answer(now);
  }

  private void answer(ClusterAssembly now) {
    synchronized (waiting) {
      for (Deployment each : now.history()) {
        waiting.removeIf(w -> w.number() == each.number() && (w.ended().complete(each) || true));
      }
    }
  }
}
