package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.core.config.ParameterException;
import org.quorate.runtime.api.AccessRole;
import org.quorate.runtime.api.AssemblyControl;
import org.quorate.runtime.api.BootstrapPlan;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.api.MemberSpec;
import org.quorate.runtime.api.Metric;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.api.NodeEvent;
import org.quorate.runtime.api.NodeStatus;
import org.quorate.runtime.api.ParameterValue;
import org.quorate.runtime.api.ReseedReport;
import org.quorate.runtime.api.StorageSpec;
import org.quorate.runtime.api.StorageStatus;
import org.quorate.runtime.api.SwapPlan;
import org.quorate.runtime.api.SwapSpec;
import org.quorate.runtime.api.SwapStatus;
import org.quorate.runtime.api.WhyStep;
import org.quorate.spi.consensus.Role;

/** The operations of a node. */
final class Control implements NodeControl {
  /** How long a watch waits that this node cannot watch by itself. */
  private static final long ELSEWHERE_MS = 1000;

  private final QuorateNode node;
  private final GroupCreation creation;
  private final GroupChanges changes;
  private final GroupSwaps swaps;
  private final GroupForks forks;
  private final StorageMoves storageMoves;
  private final Forwarding forwarding;
  private final Measurements measurements;
  private final Why why;
  private final SystemSearch system;

  Control(
      QuorateNode node,
      GroupCreation creation,
      GroupChanges changes,
      GroupSwaps swaps,
      GroupForks forks,
      StorageMoves storageMoves,
      Forwarding forwarding) {
    this.swaps = swaps;
    this.forks = forks;
    this.storageMoves = storageMoves;
    this.node = node;
    this.creation = creation;
    this.changes = changes;
    this.forwarding = forwarding;
    this.measurements = new Measurements(node);
    this.why = new Why(node);
    this.system = new SystemSearch(node);
  }

  @Override
  public void whenSystem(Runnable found) {
    system.whenFound(found);
  }

  @Override
  public boolean isWithoutSystem() {
    return system.isNowhere();
  }

  @Override
  public NodeStatus node() {
    return node.status();
  }

  @Override
  public Map<String, String> options(GroupId group) {
    GroupHost host = node.groups().find(group);
    return host == null ? Map.of() : host.manifest().config().options().values();
  }

  @Override
  public CompletionStage<List<Metric.Sample>> metrics() {
    return measurements.take();
  }

  @Override
  public List<GroupId> groupIds() {
    return node.groups().all().stream().map(GroupHost::id).toList();
  }

  @Override
  public CompletionStage<List<GroupStatus>> groups() {
    List<CompletableFuture<GroupStatus>> asked =
        node.groups().all().stream().map(host -> host.status().toCompletableFuture()).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenApply(done -> asked.stream().map(CompletableFuture::join).toList());
  }

  @Override
  public CompletionStage<Optional<GroupStatus>> group(GroupId group) {
    GroupHost host = node.groups().find(group);
    return host == null
        ? CompletableFuture.completedStage(Optional.empty())
        : host.status().thenApply(Optional::of);
  }

  @Override
  public CompletionStage<Outcome> propose(GroupId group, Proposal proposal) {
    return forwarding.propose(group, proposal);
  }

  @Override
  public CompletionStage<ReadOutcome> read(GroupId group, Bytes query, ReadLevel level) {
    return forwarding.read(group, query, level);
  }

  @Override
  public CompletionStage<Outcome> closeSession(GroupId group, long session) {
    return forwarding.session(SessionCall.close(group, session));
  }

  @Override
  public CompletionStage<Void> applied(GroupId group, long version, long waitMs) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    GroupHost host = node.groups().find(group);
    Runnable elsewhere =
        () -> node.later(Math.min(waitMs, ELSEWHERE_MS), () -> done.complete(null));
    if (host == null) {
      elsewhere.run();
    } else {
      Runnable end =
          host.watch(
              version,
              applied -> {
                if (applied > 0) {
                  done.complete(null);
                } else {
                  elsewhere.run();
                }
              });
      host.loop().run(() -> later(host, waitMs, done, end));
    }
    return done;
  }

  private static void later(
      GroupHost host, long waitMs, CompletableFuture<Void> done, Runnable end) {
    Runnable timer = host.loop().after(waitMs, () -> done.complete(null));
    done.whenComplete(
        (v, failure) -> {
          timer.run();
          end.run();
        });
  }

  @Override
  public CompletionStage<List<WhyStep>> why(GroupId group) {
    return why.walk(group);
  }

  @Override
  public CompletionStage<List<String>> bootstrap() {
    return creation.bootstrap();
  }

  @Override
  public CompletionStage<Void> createGroup(GroupSpec spec) {
    return creation.create(spec);
  }

  @Override
  public CompletionStage<Void> addMember(
      GroupId group, MemberSpec member, String peerAddress, NodeId donor) {
    return changes.request(
        new GroupChange(
            GroupChange.Kind.ADD,
            group,
            member.node(),
            member.role(),
            member.weight(),
            peerAddress,
            donor));
  }

  @Override
  public CompletionStage<Void> removeMember(GroupId group, NodeId member) {
    return changes.request(GroupChange.of(GroupChange.Kind.REMOVE, group, member));
  }

  @Override
  public CompletionStage<Void> changeRole(GroupId group, NodeId member, Role role) {
    return changes.request(
        new GroupChange(GroupChange.Kind.ROLE, group, member, role, 1, "", null));
  }

  @Override
  public CompletionStage<Void> desync(GroupId group, NodeId member, boolean on) {
    GroupChange.Kind kind = on ? GroupChange.Kind.DESYNC : GroupChange.Kind.RESYNC;
    return changes.request(GroupChange.of(kind, group, member));
  }

  @Override
  public CompletionStage<Void> transferLeader(GroupId group, NodeId to) {
    return changes.request(GroupChange.of(GroupChange.Kind.HAND_OVER, group, to));
  }

  @Override
  public CompletionStage<SwapPlan> planSwap(SwapSpec spec) {
    return swaps.plan(spec);
  }

  @Override
  public CompletionStage<Long> swap(SwapSpec spec) {
    return swaps.plan(spec).thenCompose(plan -> swaps.swap(plan, spec));
  }

  @Override
  public CompletionStage<Void> abortSwap(GroupId group) {
    return swaps.abort(group);
  }

  @Override
  public CompletionStage<SwapStatus> swapped(GroupId group, long id) {
    return host(group).swaps().ended(id);
  }

  @Override
  public CompletionStage<List<SwapStatus>> swaps(GroupId group) {
    return host(group).swaps().list();
  }

  @Override
  public CompletionStage<BootstrapPlan> planBootstrap(GroupId group, NodeId at) {
    return forks.plan(group, at);
  }

  @Override
  public CompletionStage<Void> bootstrap(GroupId group, NodeId at, boolean force) {
    return forks.bootstrap(group, at, force);
  }

  @Override
  public CompletionStage<ReseedReport> reseed(GroupId group, NodeId at, NodeId donor) {
    return forks.reseed(group, at, donor);
  }

  @Override
  public CompletionStage<List<StorageStatus>> planStorage(StorageSpec spec) {
    return storageMoves.plan(spec);
  }

  @Override
  public CompletionStage<List<StorageStatus>> moveStorage(StorageSpec spec) {
    return storageMoves
        .move(spec)
        .whenComplete(
            (done, problem) -> {
              if (problem != null) {
                String why = Answer.of(problem).message();
                node.events().publish("storage.stopped", spec.group().name(), Map.of("why", why));
              }
            });
  }

  @Override
  public CompletionStage<List<StorageStatus>> storages(GroupId group) {
    return storageMoves.states(group);
  }

  private GroupHost host(GroupId group) {
    GroupHost host = node.groups().find(group);
    if (host == null) {
      throw new ControlException(Code.UNKNOWN_GROUP, "no group '" + group + "' on " + node.id());
    }
    return host;
  }

  @Override
  public CompletionStage<Void> checkpoint(GroupId group) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    GroupHost host = node.groups().find(group);
    if (host == null) {
      done.completeExceptionally(
          new ControlException(Code.UNKNOWN_GROUP, "no group '" + group + "' on " + node.id()));
    } else {
      host.onReplica(
          refused ->
              done.completeExceptionally(
                  new ControlException(Code.UNAVAILABLE, host.statusNow().why())),
          replica -> replica.checkpoint(() -> done.complete(null)));
    }
    return done;
  }

  @Override
  public AssemblyControl assembly() {
    return node.assemblies();
  }

  @Override
  public List<ParameterValue> parameters() {
    List<ParameterValue> all = new ArrayList<>();
    node.parameters()
        .known()
        .forEach(
            (name, parameter) ->
                all.add(
                    new ParameterValue(
                        parameter,
                        node.parameters().text(parameter),
                        node.parameters().isSet(name))));
    return all;
  }

  @Override
  public void setParameters(Map<String, String> values) {
    Map<String, String> changed;
    try {
      changed = node.parameters().setAll(values);
    } catch (ParameterException e) {
      throw new ControlException(Code.INVALID, e.getMessage());
    }
    if (!changed.isEmpty()) {
      node.events().publish("config.changed", node.id().name(), changed);
    }
  }

  @Override
  public Map<String, String> configuration() {
    return node.config().flat();
  }

  @Override
  public CompletionStage<Optional<AccessRole>> authenticate(String credential) {
    return node.credentials().check(credential);
  }

  @Override
  public AutoCloseable listen(Consumer<NodeEvent> listener) {
    return node.events().listen(listener);
  }
}
