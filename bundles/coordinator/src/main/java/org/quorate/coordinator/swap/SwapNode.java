package org.quorate.coordinator.swap;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.kit.ServiceLoop;

/** What a node's parts in the swaps of its coordinators share. Thread-safe. */
public final class SwapNode {
  private static final long FOLLOW_MS = 10_000;
  private static final long LOOK_MS = 100;

  final Coordinator recorded;
  final String name;
  final Function<String, CoordinatorPlace> places;
  final ServiceLoop loop;
  final SwapMember.Timing timing;
  final NodeLease lease;
  private final Supplier<Set<String>> all;
  private final Set<SwapMember> members = new LinkedHashSet<>(); // guarded by this
  private final Map<String, CompletionStage<Void>> leaving = new HashMap<>(); // guarded by this
  private final Runnable named = () -> {};

  /**
   * Makes one.
   *
   * @param recorded where swaps are recorded: a coordinator that is never swapped, left open
   * @param name of the node
   * @param all names of the nodes, any of which may use any coordinator
   * @param places by name, null for one that is not configured on this node
   */
  public SwapNode(
      Coordinator recorded,
      String name,
      Supplier<Set<String>> all,
      Function<String, CoordinatorPlace> places,
      ServiceLoop loop,
      SwapMember.Timing timing) {
    this.recorded = recorded;
    this.name = name;
    this.all = all;
    this.places = places;
    this.loop = loop;
    this.timing = timing;
    this.lease = new NodeLease(recorded, loop, name, timing.ttlMs());
  }

  /** Says that this node goes by what is recorded, whatever it uses. */
  public SwapNode start() {
    loop.execute(() -> lease.want(named));
    return this;
  }

  /**
   * Its part in the swaps of one coordinator, to be started.
   *
   * @param coordinator its name, and that of the place where it is until it is swapped
   */
  public SwapMember member(String coordinator) {
    return new SwapMember(this, coordinator);
  }

  /**
   * Completes when every node goes by what is recorded: one that does not might believe that nothing was
   * ever swapped. Fails with UNAVAILABLE, and the names of those that do not, if that takes too long.
   */
  CompletionStage<Void> whenAllFollow() {
    CompletableFuture<Void> follow = new CompletableFuture<>();
    loop.execute(() -> look(loop.nowMs() + FOLLOW_MS, follow));
    return follow;
  }

  private void look(long untilMs, CompletableFuture<Void> follow) {
    loop.then(
        recorded.range(RangeQuery.of(Scope.tree(NodeLease.NODES))),
        (found, problem) -> {
          if (problem != null) {
            follow.completeExceptionally(problem);
            return;
          }
          Set<String> missing = new TreeSet<>(all.get());
          found
              .entries()
              .forEach(e -> missing.remove(e.key().substring(NodeLease.NODES.length() + 1)));
          if (missing.isEmpty()) {
            follow.complete(null);
          } else if (loop.nowMs() < untilMs) {
            loop.after(LOOK_MS, () -> look(untilMs, follow));
          } else {
            follow.completeExceptionally(
                new CoordinationException(
                    Code.UNAVAILABLE,
                    "nodes "
                        + missing
                        + " do not say that they go by the swaps recorded at "
                        + recorded.name()
                        + ", and might read on where all is now: start them or let them reach it,"
                        + " then try again; nothing was changed"));
          }
        });
  }

  synchronized void add(SwapMember member) {
    members.add(member);
  }

  /**
   * It takes no part any more.
   *
   * @param left completes when no swap waits for it
   */
  synchronized void remove(SwapMember member, String coordinator, CompletionStage<Void> left) {
    if (members.remove(member)) {
      leaving.put(coordinator, left);
    }
  }

  /** Completes when the one before that took part for a coordinator says nothing any more. */
  synchronized CompletionStage<Void> left(String coordinator) {
    return leaving.getOrDefault(coordinator, CompletableFuture.completedFuture(null));
  }

  /** Takes no part any more; completes when nobody waits for this node, or that could not be said. */
  public CompletionStage<Void> leave() {
    List<SwapMember> last;
    synchronized (this) {
      last = List.copyOf(members);
    }
    loop.execute(() -> lease.leave(named));
    return CompletableFuture.allOf(
            last.stream()
                .map(member -> member.leave().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new))
        .thenComposeAsync(gone -> lease.ended(), loop)
        .exceptionally(unreachable -> null);
  }
}
