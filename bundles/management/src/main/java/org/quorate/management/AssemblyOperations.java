package org.quorate.management;

import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.quorate.assembly.InstalledBundle.Origin;
import org.quorate.runtime.api.AssemblyControl;
import org.quorate.runtime.api.DeployPlan;
import org.quorate.runtime.api.DeploySpec;
import org.quorate.runtime.api.Deployment;

/** Operations on what a node and its cluster are assembled from. */
final class AssemblyOperations {
  private static final Argument BUNDLES =
      Argument.required(
          "bundles",
          "jars, commas between: SHA-256 of uploaded ones, or files of the node; or one"
              + " feature.json, or its text");
  private static final Argument REMOVE =
      Argument.list("remove", "symbolic names: the distribution's version comes back");
  private static final Argument SKIP = Argument.list("skip", "nodes that follow when they can");
  private static final Argument DRY_RUN =
      Argument.flag("dryRun", "only ask every node whether it can take it");
  private static final Argument WAIT = Argument.flag("wait", "answer when it has ended");
  private static final Argument TIMEOUT =
      Argument.number("timeout", 600_000L, "milliseconds to wait for the end");

  private AssemblyOperations() {}

  static List<Operation> all() {
    return List.of(leaks(), show(), list(), upload(), plan(), deploy(), rollback(), abort());
  }

  private static <T> CompletionStage<T> explained(Supplier<CompletionStage<T>> work) {
    try {
      return ManagedNode.explained(work.get());
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(ManagedNode.explain(e));
    }
  }

  private static Operation leaks() {
    return new Operation(
        "leaks",
        "Collects garbage and lists class loaders that updated bundles left behind",
        Access.ADMIN,
        List.of(),
        LeaksView.class,
        false,
        "",
        (node, a) -> explained(() -> node.control().assembly().leaks()).thenApply(LeaksView::of));
  }

  private static Operation show() {
    return new Operation(
        "assembly.show",
        "Lists the bundles of the node: version, start level, SHA-256, where they come from",
        Access.READ,
        List.of(Argument.flag("changed", "only those that are not the distribution's")),
        BundleView.class,
        true,
        "--changed",
        (node, a) ->
            explained(() -> node.control().assembly().installed())
                .thenApply(
                    all ->
                        all.stream()
                            .filter(b -> !a.flag("changed") || b.origin() != Origin.DISTRIBUTION)
                            .map(BundleView::of)
                            .toList()));
  }

  private static Operation list() {
    return new Operation(
        "assembly.list",
        "Lists the cluster's assemblies: which is current, which is on its way, how others ended",
        Access.READ,
        List.of(),
        AssemblyView.class,
        true,
        "",
        (node, a) ->
            explained(() -> node.control().assembly().cluster()).thenApply(AssemblyView::list));
  }

  private static Operation upload() {
    return new Operation(
        "assembly.upload",
        "Takes the next piece of a jar; the command line does it by itself",
        Access.ADMIN,
        List.of(
            Argument.required("sha256", "SHA-256 of the whole jar, 64 hexadecimal digits"),
            Argument.required("data", "the piece in base64, at most 1 MiB of bytes"),
            Argument.number("size", 0L, "bytes of the whole jar"),
            Argument.number("offset", 0L, "where the piece begins; 0 begins anew")),
        DoneView.class,
        false,
        "",
        (node, a) ->
            explained(
                () ->
                    node.control()
                        .assembly()
                        .upload(a.text("sha256"), a.number("size"), a.number("offset"), piece(a))
                        .thenApply(
                            whole ->
                                new DoneView(
                                    whole, whole ? "the jar is whole" : "send the next piece"))));
  }

  private static byte[] piece(Arguments a) {
    try {
      return Base64.getDecoder().decode(a.text("data"));
    } catch (IllegalArgumentException e) {
      throw new OperationException(
          FailureCode.BAD_REQUEST, "'data' is no base64: " + e.getMessage(), "encode it", e);
    }
  }

  private static DeploySpec spec(Arguments a) {
    String bundles = a.text("bundles").strip();
    return new DeploySpec(
        bundles.startsWith("{")
            ? List.of(bundles)
            : List.of(bundles.split(",")).stream().map(String::trim).toList(),
        a.list("remove"),
        a.list("skip").stream().map(ManagedNode::nodeId).toList());
  }

  private static Operation plan() {
    return new Operation(
        "assembly.plan",
        "Asks every node whether it can take these bundles; changes nothing",
        Access.ADMIN,
        List.of(BUNDLES, REMOVE, SKIP),
        AssemblyView.class,
        false,
        "consensus-mine-1.0.0.jar",
        (node, a) -> planned(() -> node.control().assembly().plan(spec(a))));
  }

  private static CompletionStage<AssemblyView> planned(Supplier<CompletionStage<DeployPlan>> work) {
    return explained(work).thenApply(AssemblyOperations::possible);
  }

  private static AssemblyView possible(DeployPlan plan) {
    if (!plan.objections().isEmpty()) {
      throw new OperationException(
          ManagedNode.code(plan.refusal()),
          String.join("; ", plan.objections()),
          "nothing was changed; put it right and ask again");
    }
    return AssemblyView.of(plan);
  }

  private static Operation deploy() {
    return new Operation(
        "assembly.deploy",
        "Lets one node after the other go on with these bundles, or all go back",
        Access.ADMIN,
        List.of(BUNDLES, REMOVE, SKIP, DRY_RUN, WAIT, TIMEOUT),
        AssemblyView.class,
        false,
        "consensus-raft-0.1.1.jar --wait",
        (node, a) -> {
          AssemblyControl control = node.control().assembly();
          return a.flag("dryRun")
              ? planned(() -> control.plan(spec(a)))
              : begun(control, a, () -> control.deploy(spec(a)));
        });
  }

  private static Operation rollback() {
    return new Operation(
        "assembly.rollback",
        "Lets one node after the other go back to an earlier assembly",
        Access.ADMIN,
        List.of(
            Argument.number("to", -1L, "its number; 0 is the distribution, -1 the one before"),
            DRY_RUN,
            WAIT,
            TIMEOUT),
        AssemblyView.class,
        false,
        "--wait",
        (node, a) -> {
          AssemblyControl control = node.control().assembly();
          return a.flag("dryRun")
              ? planned(() -> control.planRollback(a.number("to")))
              : begun(control, a, () -> control.rollback(a.number("to")));
        });
  }

  private static CompletionStage<AssemblyView> begun(
      AssemblyControl control, Arguments a, Supplier<CompletionStage<Long>> work) {
    return explained(
        () ->
            work.get()
                .thenCompose(
                    number ->
                        a.flag("wait")
                            ? ended(control, number, a.number("timeout"))
                            : control
                                .cluster()
                                .thenApply(c -> find(AssemblyView.list(c), number))));
  }

  private static AssemblyView find(List<AssemblyView> all, long number) {
    return all.stream().filter(v -> v.number() == number).findFirst().orElseThrow();
  }

  private static CompletionStage<AssemblyView> ended(
      AssemblyControl control, long number, long timeoutMs) {
    return control
        .ended(number)
        .toCompletableFuture()
        .orTimeout(timeoutMs, TimeUnit.MILLISECONDS)
        .exceptionallyCompose(
            late ->
                CompletableFuture.failedStage(
                    new OperationException(
                        FailureCode.INDETERMINATE,
                        "deployment " + number + " has not ended as far as this node knows",
                        "assembly list shows how far it is")))
        .thenApply(AssemblyOperations::notRolledBack);
  }

  private static AssemblyView notRolledBack(Deployment ended) {
    if (ended.state() == Deployment.State.ROLLED_BACK) {
      throw new OperationException(
          FailureCode.UNAVAILABLE,
          "deployment " + ended.number() + " was rolled back: " + ended.why(),
          "assembly list shows where each node is");
    }
    return AssemblyView.of(ended, ended.to());
  }

  private static Operation abort() {
    return new Operation(
        "assembly.abort",
        "Gives the deployment up that is under way: nodes that took it go back",
        Access.ADMIN,
        List.of(),
        DoneView.class,
        false,
        "",
        (node, a) ->
            explained(() -> node.control().assembly().abort())
                .thenApply(done -> new DoneView(true, "the nodes go back")));
  }
}
