package org.quorate.management;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.runtime.api.BootstrapPlan;
import org.quorate.runtime.api.ReseedReport;

/** Operations on a group that lost its quorum for ever. */
final class ForkOperations {
  private static final Argument GROUP = Argument.required("group", "the group's name");

  /** Who gives a snapshot, where an operation begins one. */
  static final Argument DONOR =
      Argument.text("donor", "", "who should give it its state, on certify; anyone unless said");

  private ForkOperations() {}

  /** Null for anyone. */
  static NodeId donor(Arguments a) {
    return a.text("donor").isEmpty() ? null : ManagedNode.nodeId(a.text("donor"));
  }

  static List<Operation> all() {
    return List.of(bootstrap(), reseed());
  }

  private static Argument node(String what) {
    return new Argument("node", Argument.Type.TEXT, false, null, List.of(), what);
  }

  private static Operation bootstrap() {
    return new Operation(
        "group.bootstrap",
        "Makes one node the whole group when a quorum is gone for ever: what only others have is"
            + " lost",
        Access.ADMIN,
        List.of(
            GROUP,
            node("the node that goes on, with everything that it has"),
            Argument.flag("dryRun", "only tell how far every member is and what speaks against it"),
            Argument.flag("force", "do it although something speaks against it")),
        BootstrapView.class,
        false,
        "orders --node n1 --dry-run",
        ForkOperations::bootstrap);
  }

  private static CompletionStage<?> bootstrap(ManagedNode node, Arguments a) {
    GroupId group = ManagedNode.groupId(a.text("group"));
    NodeId at = named(a);
    CompletionStage<BootstrapPlan> asked = stage(() -> node.control().planBootstrap(group, at));
    CompletionStage<BootstrapPlan> plan = ManagedNode.explained(asked);
    if (a.flag("dryRun")) {
      return plan.thenApply(p -> BootstrapView.of(p, false));
    }
    return plan.thenCompose(
        p ->
            ManagedNode.explained(stage(() -> node.control().bootstrap(group, at, a.flag("force"))))
                .thenApply(done -> BootstrapView.of(p, true)));
  }

  private static NodeId named(Arguments a) {
    String name = a.maybe("node").orElse("");
    if (name.isEmpty()) {
      throw new OperationException(
          FailureCode.BAD_REQUEST, "no node is named", "say which one: --node n1");
    }
    return ManagedNode.nodeId(name);
  }

  private static Operation reseed() {
    return new Operation(
        "group.reseed",
        "Gives a node of a history that ended the group's state; what it had beyond is exported"
            + " first",
        Access.ADMIN,
        List.of(GROUP, node("the node that is refused now"), DONOR),
        ReseedView.class,
        false,
        "orders --node n2",
        (node, a) -> {
          NodeId at = named(a);
          GroupId group = ManagedNode.groupId(a.text("group"));
          CompletionStage<ReseedReport> reseeded =
              stage(() -> node.control().reseed(group, at, donor(a)));
          return ManagedNode.explained(reseeded).thenApply(ReseedView::of);
        });
  }

  /** What is wrong at once fails as what is wrong later. */
  private static <T> CompletionStage<T> stage(Supplier<CompletionStage<T>> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /**
   * What became of a node's state.
   *
   * @param file with what it had beyond the fork, on that node; null if there was nothing
   */
  record ReseedView(
      String history,
      String next,
      long forkPosition,
      long lastPosition,
      long exported,
      String file) {
    static ReseedView of(ReseedReport r) {
      return new ReseedView(
          r.history(),
          r.next(),
          r.forkPosition(),
          r.lastPosition(),
          r.exported(),
          r.file().isEmpty() ? null : r.file());
    }
  }

  /**
   * A forced bootstrap, or the plan of one.
   *
   * @param done whether it was done, not only planned
   * @param node that goes on
   * @param lost what is known to be lost, or null
   */
  record BootstrapView(
      boolean done,
      String group,
      String node,
      List<StandingView> members,
      String lost,
      List<String> objections) {

    /** How far a member is. */
    record StandingView(
        String node,
        boolean reached,
        String state,
        String history,
        long position,
        long version,
        long last,
        boolean ahead) {}

    static BootstrapView of(BootstrapPlan p, boolean done) {
      List<String> away =
          p.members().stream().filter(m -> !m.reached()).map(m -> m.node().name()).toList();
      return new BootstrapView(
          done,
          p.group().name(),
          p.node().name(),
          p.members().stream()
              .map(
                  m ->
                      new StandingView(
                          m.node().name(),
                          m.reached(),
                          m.state(),
                          m.history(),
                          m.position(),
                          m.version(),
                          m.last(),
                          m.ahead()))
              .toList(),
          away.isEmpty() ? null : "what only " + String.join(", ", away) + " may have",
          p.objections());
    }
  }
}
