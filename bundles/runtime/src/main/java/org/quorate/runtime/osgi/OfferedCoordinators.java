package org.quorate.runtime.osgi;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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
import org.quorate.coordinator.swap.CoordinatorSwaps;
import org.quorate.coordinator.swap.SwapMember;
import org.quorate.coordinator.swap.SwapPlan;
import org.quorate.coordinator.swap.SwapRecord;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.coordination.OfferedCoordinator;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.kit.LoopThread;

/**
 * Offers bundles a {@code Coordinator} for each place of this node. Swaps are recorded in the group
 * {@code system}; on a node that has this group none is offered before the record is known.
 */
@Component(immediate = true, service = CoordinatorSwaps.class)
public final class OfferedCoordinators implements CoordinatorSwaps {
  private static final long LOOK_MS = 100;
  private static final int LOOKS = 200;

  private final BundleContext context;
  private final NodeControl control;
  private final LoopThread loop = new LoopThread("quorate-coordinators");
  private final LoopThread registering = new LoopThread("quorate-coordinator-services");
  private final Map<String, CoordinatorPlace> places = new ConcurrentHashMap<>();
  private final Map<String, OfferedCoordinator> offered = new HashMap<>(); // guarded by this
  private KvCoordinator records; // guarded by this

  @Activate
  public OfferedCoordinators(BundleContext context, @Reference NodeControl control) {
    this.context = context;
    this.control = control;
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void bindPlace(CoordinatorPlace place, Map<String, Object> properties) {
    Map<String, Object> shown = new HashMap<>(properties);
    shown.keySet().removeIf(key -> !key.startsWith("quorate."));
    shown.remove("quorate.coordinator.place");
    shown.put("quorate.coordinator", place.name());
    places.put(place.name(), place);
    OfferedCoordinator made =
        new OfferedCoordinator(context, place, shown, places::containsKey, loop);
    synchronized (this) {
      offered.put(place.name(), made);
      if (records != null) {
        follow(made, place.name());
      }
    }
    refresh();
  }

  void unbindPlace(CoordinatorPlace place) {
    places.remove(place.name(), place);
    OfferedCoordinator gone;
    synchronized (this) {
      gone = offered.remove(place.name());
    }
    if (gone != null) {
      gone.close();
    }
    refresh();
  }

  @Reference(
      target = "(quorate.group=system)",
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC)
  void bindSystem(GroupAccess system) {
    synchronized (this) {
      records =
          new KvCoordinator(system, "swaps", 1, () -> CompletableFuture.completedFuture(null));
      offered.forEach((name, each) -> follow(each, name));
    }
    refresh();
  }

  void unbindSystem(GroupAccess system) {
    // It is offered until the node stops, and so do all of these.
  }

  private void follow(OfferedCoordinator coordinator, String name) {
    SwapMember member =
        new SwapMember(records, name, node(), places::get, loop, SwapMember.Timing.DEFAULT);
    coordinator.follow(member).start(this::refresh);
  }

  private String node() {
    return control.node().node().name();
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
    boolean recorded = control.groupIds().contains(NodeControl.SYSTEM_GROUP);
    all.forEach(each -> each.refresh(recorded));
  }

  // ---- swaps ----------------------------------------------------------------------------------

  @Override
  public List<String> names() {
    return places.keySet().stream().sorted().toList();
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
        : SwapMember.first(coordinator, to, node(), places::get);
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
    synchronized (this) {
      all = new ArrayList<>(offered.values());
      offered.clear();
      last = records;
    }
    all.forEach(OfferedCoordinator::close);
    if (last != null) {
      last.abandon();
    }
    registering.close();
    loop.close();
  }
}
