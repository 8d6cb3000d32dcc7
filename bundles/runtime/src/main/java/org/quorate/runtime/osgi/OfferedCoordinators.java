package org.quorate.runtime.osgi;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.quorate.api.GroupAccess;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.coordinator.swap.Authority;
import org.quorate.coordinator.swap.CoordinatorSwaps;
import org.quorate.coordinator.swap.SwapMember;
import org.quorate.coordinator.swap.SwapNode;
import org.quorate.coordinator.swap.SwapPlan;
import org.quorate.coordinator.swap.SwapRecord;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.api.NodeStatus;
import org.quorate.runtime.coordination.OfferedCoordinator;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.kit.LoopThread;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers bundles a {@code Coordinator} for each place of this node. Swaps are recorded in the group {@code
 * system}, which this node need not have a part in.
 */
@Component(immediate = true, service = CoordinatorSwaps.class)
public final class OfferedCoordinators implements CoordinatorSwaps {
  private static final Logger LOG = LoggerFactory.getLogger(OfferedCoordinators.class);
  private static final long LOOK_MS = 100;
  private static final int LOOKS = 200;

  /** How long others are told that this node takes no part any more. */
  private static final long LEAVE_MS = 2_000;

  private final BundleContext context;
  private final NodeControl control;
  private final LoopThread loop = new LoopThread("quorate-coordinators");
  private final LoopThread registering = new LoopThread("quorate-coordinator-services");
  private final Map<String, CoordinatorPlace> places = new ConcurrentHashMap<>();
  private final Map<CoordinatorPlace, Map<String, Object>> bound =
      new LinkedHashMap<>(); // guarded by this
  private final Map<String, OfferedCoordinator> offered = new HashMap<>(); // guarded by this
  private KvCoordinator records; // guarded by this
  private SwapNode swaps; // guarded by this

  @Activate
  public OfferedCoordinators(BundleContext context, @Reference NodeControl control) {
    this.context = context;
    this.control = control;
  }

  /** Of two with one name the first is offered, the other one when that has gone. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void bindPlace(CoordinatorPlace place, Map<String, Object> properties) {
    synchronized (this) {
      bound.put(place, properties);
      if (places.putIfAbsent(place.name(), place) != null) {
        LOG.error(
            "coordinator '{}' is configured twice: the second one is off until the first has gone",
            place.name());
        return;
      }
      offer(place, properties);
    }
    refresh();
  }

  private synchronized void offer(CoordinatorPlace place, Map<String, Object> properties) {
    Map<String, Object> shown = new HashMap<>(properties);
    shown.keySet().removeIf(key -> !key.startsWith("quorate."));
    shown.remove("quorate.coordinator.place");
    shown.put("quorate.coordinator", place.name());
    OfferedCoordinator made =
        new OfferedCoordinator(
            context, place, shown, places::containsKey, new NothingRecorded(), loop);
    offered.put(place.name(), made);
    if (swaps != null) {
      follow(made, place.name());
    }
  }

  /** Nothing was ever swapped if there is no group to record it in. */
  private final class NothingRecorded implements Authority {
    @Override
    public boolean holds() {
      return control.isWithoutSystem();
    }

    @Override
    public String why() {
      return ": fewer than half of the nodes have said whether there is a group 'system', where"
          + " swaps are recorded";
    }
  }

  void unbindPlace(CoordinatorPlace place) {
    OfferedCoordinator gone = null;
    synchronized (this) {
      bound.remove(place);
      if (places.remove(place.name(), place)) {
        gone = offered.remove(place.name());
      }
    }
    if (gone != null) {
      gone.close();
      offerOther(place.name());
    }
    refresh();
  }

  private synchronized void offerOther(String name) {
    for (Map.Entry<CoordinatorPlace, Map<String, Object>> each : bound.entrySet()) {
      if (each.getKey().name().equals(name) && places.putIfAbsent(name, each.getKey()) == null) {
        offer(each.getKey(), each.getValue());
      }
    }
  }

  @Reference(
      target = "(quorate.group=system)",
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC)
  void bindSystem(GroupAccess system) {
    synchronized (this) {
      records =
          new KvCoordinator(system, "swaps", 1, () -> CompletableFuture.completedFuture(null));
      swaps =
          new SwapNode(
                  records,
                  control.node().node().name(),
                  this::nodes,
                  places::get,
                  loop,
                  SwapMember.Timing.DEFAULT)
              .start();
      offered.forEach((name, each) -> follow(each, name));
    }
    refresh();
  }

  private Set<String> nodes() {
    NodeStatus node = control.node();
    Set<String> all = new TreeSet<>(Set.of(node.node().name()));
    node.peers().forEach(peer -> all.add(peer.node().name()));
    return all;
  }

  void unbindSystem(GroupAccess system) {
    // It is offered until the node stops, and so do all of these.
  }

  private synchronized void follow(OfferedCoordinator coordinator, String name) {
    coordinator.follow(swaps.member(name)).start(this::refresh);
  }

  /** Services come and go on a thread of their own: who gets one at once may wait for the loop. */
  private void refresh() {
    registering.execute(this::refreshNow);
  }

  private void refreshNow() {
    List<OfferedCoordinator> all;
    synchronized (this) {
      all = new ArrayList<>(offered.values());
    }
    all.forEach(OfferedCoordinator::refresh);
  }

  // ---- swaps ----------------------------------------------------------------------------------

  @Override
  public List<String> names() {
    return places.keySet().stream().sorted().toList();
  }

  @Override
  public synchronized String serving(String coordinator) {
    OfferedCoordinator found = offered.get(coordinator);
    return found == null ? null : found.serving();
  }

  private synchronized SwapMember member(String name) {
    OfferedCoordinator found = offered.get(name);
    if (found == null) {
      throw new CoordinationException(
          Code.INVALID, "no coordinator '" + name + "' on this node; there are " + names());
    }
    return found.member();
  }

  /** The member of a coordinator; the group in which swaps are recorded is made if it is not there. */
  private <T> CompletionStage<T> with(
      String name, Function<SwapMember, CompletionStage<T>> request) {
    if (member(name) != null) {
      return request.apply(member(name));
    }
    CompletableFuture<SwapMember> there = new CompletableFuture<>();
    control
        .createGroup(GroupSpec.of(NodeControl.SYSTEM_GROUP.name()))
        .whenComplete(
            (made, problem) -> {
              Throwable cause =
                  problem instanceof CompletionException && problem.getCause() != null
                      ? problem.getCause()
                      : problem;
              boolean isThere =
                  cause == null
                      || cause instanceof ControlException e
                          && e.code() == ControlException.Code.EXISTS;
              if (isThere) {
                await(name, there, LOOKS);
              } else {
                there.completeExceptionally(cause);
              }
            });
    return there.thenCompose(request);
  }

  private void await(String name, CompletableFuture<SwapMember> there, int looks) {
    SwapMember found = member(name);
    if (found != null) {
      there.complete(found);
    } else if (looks == 0) {
      there.completeExceptionally(
          new CoordinationException(
              Code.UNAVAILABLE, "the group 'system' does not serve yet: try again"));
    } else {
      loop.after(LOOK_MS, () -> await(name, there, looks - 1));
    }
  }

  @Override
  public CompletionStage<SwapPlan> plan(String coordinator, String to) {
    SwapMember member = member(coordinator);
    return member != null
        ? member.plan(to)
        : SwapMember.first(coordinator, to, control.node().node().name(), places::get);
  }

  @Override
  public CompletionStage<SwapRecord> swap(
      String coordinator, String to, boolean acceptLoss, String by) {
    return with(coordinator, member -> member.swap(to, acceptLoss, by));
  }

  @Override
  public CompletionStage<SwapRecord> last(String coordinator) {
    SwapMember member = member(coordinator);
    return member == null ? CompletableFuture.completedFuture(null) : member.last();
  }

  @Deactivate
  void close() {
    List<OfferedCoordinator> all;
    KvCoordinator last;
    SwapNode leaving;
    synchronized (this) {
      all = new ArrayList<>(offered.values());
      offered.clear();
      last = records;
      leaving = swaps;
    }
    CompletionStage<Void> left =
        leaving == null ? CompletableFuture.completedFuture(null) : leaving.leave();
    all.forEach(OfferedCoordinator::close);
    try {
      left.toCompletableFuture().get(LEAVE_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.info(
          "swaps wait for this node until its lease is over: the group 'system' does not answer");
    }
    if (last != null) {
      last.abandon();
    }
    registering.close();
    loop.close();
  }
}
