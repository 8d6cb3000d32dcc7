package org.quorate.coordinator.swap;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.kit.ServiceLoop;

/** What a node's parts in the swaps of its coordinators share. Thread-safe. */
public final class SwapNode {
  final Coordinator recorded;
  final String name;
  final Function<String, CoordinatorPlace> places;
  final ServiceLoop loop;
  final SwapMember.Timing timing;
  final NodeLease lease;
  private final Set<SwapMember> members = new LinkedHashSet<>(); // guarded by this

  /**
   * Makes one.
   *
   * @param recorded where swaps are recorded: a coordinator that is never swapped, left open
   * @param name of the node
   * @param places by name, null for one that is not configured on this node
   */
  public SwapNode(
      Coordinator recorded,
      String name,
      Function<String, CoordinatorPlace> places,
      ServiceLoop loop,
      SwapMember.Timing timing) {
    this.recorded = recorded;
    this.name = name;
    this.places = places;
    this.loop = loop;
    this.timing = timing;
    this.lease = new NodeLease(recorded, loop, name, timing.ttlMs());
  }

  /**
   * Its part in the swaps of one coordinator, to be started.
   *
   * @param coordinator its name, and that of the place where it is until it is swapped
   */
  public SwapMember member(String coordinator) {
    return new SwapMember(this, coordinator);
  }

  synchronized void add(SwapMember member) {
    members.add(member);
  }

  synchronized void remove(SwapMember member) {
    members.remove(member);
  }

  /** Takes no part any more; completes when nobody waits for this node, or that could not be said. */
  public CompletionStage<Void> leave() {
    List<SwapMember> last;
    synchronized (this) {
      last = List.copyOf(members);
    }
    return CompletableFuture.allOf(
            last.stream()
                .map(member -> member.leave().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new))
        .exceptionally(unreachable -> null);
  }
}
