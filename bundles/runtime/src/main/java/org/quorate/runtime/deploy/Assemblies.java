package org.quorate.runtime.deploy;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.ReadLevel;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.assembly.Assembly;
import org.quorate.assembly.AssemblyException;
import org.quorate.assembly.BundleEntry;
import org.quorate.assembly.FeatureJson;
import org.quorate.assembly.InstalledBundle;
import org.quorate.assembly.Leaks;
import org.quorate.assembly.LocalAssembly;
import org.quorate.assembly.Trust;
import org.quorate.runtime.api.AssemblyControl;
import org.quorate.runtime.api.ClusterAssembly;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.api.DeployPlan;
import org.quorate.runtime.api.DeployPlan.Check;
import org.quorate.runtime.api.DeploySpec;
import org.quorate.runtime.api.Deployment;
import org.quorate.runtime.api.Deployment.NodeStep;
import org.quorate.runtime.api.Deployment.Step;
import org.quorate.runtime.deploy.Cluster.Question;

/** What this node and its cluster are assembled from; answers the other nodes, too. */
public final class Assemblies implements AssemblyControl {
  private static final long CHECK_MS = 60_000;

  /** Of a feature in a file; thousands of bundles. */
  private static final long FEATURE_BYTES = 1 << 20;

  private final LocalAssembly local;
  private final Trust trust;
  private final Cluster cluster;
  private final SystemRecord record;
  private final Installing installing;
  private final Turns turns;

  /**
   * Of a node.
   *
   * @param local null when it does not run in a framework
   * @param trust what may be deployed
   */
  public Assemblies(LocalAssembly local, Trust trust, Cluster cluster) {
    this.local = local;
    this.trust = trust;
    this.cluster = cluster;
    this.record = new SystemRecord(cluster);
    Health health = new Health(cluster);
    this.installing = new Installing(cluster, local, trust, health);
    this.turns = new Turns(cluster, local, record, health, installing);
  }

  /** From a timer, several times a second. */
  public void tick() {
    if (local != null && trust.any()) {
      turns.tick();
    }
  }

  private <T> CompletableFuture<T> work(Supplier<T> work) {
    return CompletableFuture.supplyAsync(
        () -> {
          if (local == null) {
            throw new ControlException(
                Code.UNSUPPORTED, "this node does not run in a framework: it has no bundles");
          }
          try {
            return work.get();
          } catch (AssemblyException | IllegalArgumentException e) {
            throw new ControlException(Code.INVALID, e.getMessage());
          }
        },
        cluster.workers());
  }

  private <T> CompletableFuture<T> allowed(Supplier<T> work) {
    return work(
        () -> {
          if (!trust.any()) {
            throw new ControlException(
                Code.FORBIDDEN,
                "deploying is off on node '"
                    + cluster.self()
                    + "': its file names neither deploy.certificates nor deploy.allow");
          }
          return work.get();
        });
  }

  // ---- this node ---------------------------------------------------------------------------

  @Override
  public CompletionStage<Leftovers> leaks() {
    return work(
        () -> {
          Leaks leaks = local.leaks();
          return new Leftovers(leaks.replaced(), leaks.find());
        });
  }

  @Override
  public CompletionStage<List<InstalledBundle>> installed() {
    return work(local::installed);
  }

  @Override
  public CompletionStage<Boolean> upload(String sha256, long size, long offset, byte[] piece) {
    return allowed(() -> local.artifacts().append(sha256, size, offset, piece));
  }

  /** Answers another node; complete with null when it cannot. */
  public CompletableFuture<Bytes> answer(Question question, Bytes body) {
    return switch (question) {
      case STATE ->
          CompletableFuture.supplyAsync(() -> Health.encode(cluster.groups()), cluster.workers());
      case FETCH -> work(() -> installing.piece(body));
      case CHECK ->
          work(
              () -> {
                Check check = installing.objections(Record.assembly(new Decoder(body)));
                Encoder out = new Encoder().bool(check.forbidden());
                return out.list(check.objections(), Encoder::text).take();
              });
    };
  }

  // ---- the cluster -------------------------------------------------------------------------

  @Override
  public CompletionStage<ClusterAssembly> cluster() {
    return work(this::decided);
  }

  private ClusterAssembly decided() {
    ClusterAssembly now = record.read(ReadLevel.LINEARIZABLE);
    return now == null ? ClusterAssembly.NONE : now;
  }

  @Override
  public CompletionStage<DeployPlan> plan(DeploySpec spec) {
    return allowed(() -> check(wanted(decided(), spec), spec.skip()));
  }

  @Override
  public CompletionStage<Long> deploy(DeploySpec spec) {
    return allowed(
        () -> {
          ClusterAssembly now = decided();
          return begin(now, check(wanted(now, spec), spec.skip()), spec.skip());
        });
  }

  @Override
  public CompletionStage<DeployPlan> planRollback(long number) {
    return allowed(() -> check(earlier(decided(), number), List.of()));
  }

  @Override
  public CompletionStage<Long> rollback(long number) {
    return allowed(
        () -> {
          ClusterAssembly now = decided();
          return begin(now, check(earlier(now, number), List.of()), List.of());
        });
  }

  /** The bundles of an assembly that ended well, under the next number. */
  private static Assembly earlier(ClusterAssembly now, long number) {
    Map<Long, Assembly> known = new TreeMap<>();
    known.put(0L, Assembly.DISTRIBUTION);
    long before = 0;
    for (Deployment each : now.history()) {
      if (each.state() == Deployment.State.DONE) {
        known.put(each.number(), each.to());
        before = each.from().number();
      }
    }
    Assembly found = known.get(number < 0 ? before : number);
    if (found == null || found.number() == now.current().number()) {
      throw new ControlException(
          Code.INVALID,
          found == null
              ? "no assembly " + number + "; there are " + known.keySet()
              : "assembly " + found.number() + " is the current one");
    }
    return new Assembly(now.nextNumber(), found.bundles());
  }

  private Assembly wanted(ClusterAssembly now, DeploySpec spec) {
    List<BundleEntry> changed = new ArrayList<>();
    for (String each : spec.bundles()) {
      boolean feature = each.startsWith("{");
      if (feature || each.endsWith(".json")) {
        if (spec.bundles().size() > 1 || !spec.remove().isEmpty()) {
          throw new ControlException(
              Code.INVALID, "a feature is deployed alone: it says all there is to be");
        }
        return new Assembly(
            now.nextNumber(), FeatureJson.read(feature ? each : text(each)).bundles());
      }
      String sha256 = BundleEntry.isSha256(each) ? each : local.artifacts().add(Path.of(each));
      changed.add(local.describe(sha256));
    }
    return now.current().with(now.nextNumber(), changed, spec.remove());
  }

  private static String text(String file) {
    try {
      if (!Files.isRegularFile(Path.of(file)) || Files.size(Path.of(file)) > FEATURE_BYTES) {
        throw new AssemblyException(file + " is no file of at most " + FEATURE_BYTES + " bytes");
      }
      return Files.readString(Path.of(file));
    } catch (java.io.IOException | InvalidPathException e) {
      throw new AssemblyException(file + " cannot be read: " + e, e);
    }
  }

  private DeployPlan check(Assembly assembly, List<NodeId> skip) {
    Encoder body = new Encoder();
    Record.assembly(body, assembly);
    Bytes question = body.take();
    List<CompletableFuture<Check>> asked = new ArrayList<>();
    for (NodeId node : cluster.nodes()) {
      if (node.equals(cluster.self()) && !skip.contains(node)) {
        asked.add(CompletableFuture.completedFuture(installing.objections(assembly)));
      } else if (!skip.contains(node)) {
        asked.add(
            cluster
                .ask(node, Question.CHECK, question, CHECK_MS)
                .thenApply(answer -> decoded(node, answer)));
      }
    }
    if (asked.isEmpty()) {
      throw new ControlException(Code.INVALID, "every node is left out");
    }
    List<Check> checks = asked.stream().map(CompletableFuture::join).toList();
    boolean here = checks.stream().allMatch(c -> c.objections().isEmpty());
    return new DeployPlan(assembly, here ? local.plan(assembly).changes() : List.of(), checks);
  }

  private static Check decoded(NodeId node, Bytes answer) {
    if (answer == null) {
      String silent = "it does not answer: start it, or leave it out (skip)";
      return new Check(node, false, true, List.of(silent));
    }
    Decoder in = new Decoder(answer);
    return new Check(node, in.bool(), in.list(Decoder::text));
  }

  private long begin(ClusterAssembly planned, DeployPlan plan, List<NodeId> skip) {
    if (!plan.objections().isEmpty()) {
      throw new ControlException(plan.refusal(), String.join("; ", plan.objections()));
    }
    record.ensure();
    List<NodeStep> steps =
        cluster.nodes().stream()
            .filter(n -> !skip.contains(n))
            .map(n -> new NodeStep(n, Step.WAITING, "", 0))
            .toList();
    AtomicReference<String> refused = new AtomicReference<>();
    Optional<ClusterAssembly> begun =
        record.change(
            now -> {
              if (now.running() != null && now.running().to().equals(plan.assembly())) {
                return Optional.of(now); // decided by a try whose answer was lost
              }
              if (now.revision() != planned.revision()) {
                refused.set(
                    now.running() != null
                        ? "deployment " + now.running().number() + " is under way"
                        : "the cluster's assembly has changed since it was planned: ask again");
                return Optional.empty();
              }
              if (now.running() != null) {
                refused.set("deployment " + now.running().number() + " is under way");
              }
              return Rollout.begin(
                  now,
                  new Deployment(
                      plan.assembly(),
                      now.current(),
                      Deployment.State.ROLLING,
                      "",
                      steps,
                      System.currentTimeMillis(),
                      0));
            },
            cluster.turnMs());
    if (begun.isEmpty()) {
      throw new ControlException(Code.EXISTS, refused.get());
    }
    return plan.assembly().number();
  }

  @Override
  public CompletionStage<Void> abort() {
    return allowed(
        () -> {
          Optional<ClusterAssembly> given =
              record.change(
                  now -> Rollout.abort(now, "by an operator", System.currentTimeMillis()),
                  cluster.turnMs());
          if (given.isEmpty()) {
            throw new ControlException(
                Code.INVALID, "no deployment is under way that could be given up");
          }
          return null;
        });
  }

  @Override
  public CompletionStage<Deployment> ended(long number) {
    return turns.ended(number);
  }
}
