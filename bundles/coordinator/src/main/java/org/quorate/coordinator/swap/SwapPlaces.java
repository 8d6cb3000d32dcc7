package org.quorate.coordinator.swap;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.kit.ServiceLoop;

/** The places between which a swap moves something, as one who works on it opened them. On the loop. */
final class SwapPlaces {
  private final String node;
  private final Function<String, CoordinatorPlace> places;
  private final ServiceLoop loop;
  private final Map<Opened, CompletableFuture<Movable>> open = new HashMap<>();
  private final List<Coordinator> opened = new ArrayList<>();
  private boolean closed;

  private record Opened(String name, long epoch) {}

  /**
   * Makes it.
   *
   * @param places by name, null for one that this node does not know
   */
  SwapPlaces(String node, Function<String, CoordinatorPlace> places, ServiceLoop loop) {
    this.node = node;
    this.places = places;
    this.loop = loop;
  }

  /** What is kept at a place, which is opened once; anew if that has failed. */
  CompletionStage<Movable> at(String name, long epoch) {
    Opened wanted = new Opened(name, epoch);
    CompletableFuture<Movable> known = open.get(wanted);
    if (known == null || known.isCompletedExceptionally()) {
      known = new CompletableFuture<>();
      open.put(wanted, known);
      open(name, epoch, known);
    }
    return known;
  }

  private void open(String name, long epoch, CompletableFuture<Movable> answer) {
    loop.then(
        Routing.asked(() -> opened(name, epoch)),
        (coordinator, problem) -> {
          if (problem != null) {
            answer.completeExceptionally(Routing.cause(problem));
          } else if (closed) {
            coordinator.abandon();
            answer.completeExceptionally(Routing.closed());
          } else {
            opened.add(coordinator);
            movable(name, coordinator, answer);
          }
        });
  }

  private CompletionStage<Coordinator> opened(String name, long epoch) {
    CoordinatorPlace place = places.apply(name);
    if (place == null) {
      throw unknown(name, node);
    }
    return place.open("swap", epoch);
  }

  /** Of a place that a node does not have. */
  static CoordinationException unknown(String name, String node) {
    return new CoordinationException(
        Code.INVALID,
        "node "
            + node
            + " has no coordinator '"
            + name
            + "': none of that name is configured there, or its servers have not answered since the"
            + " node started; see 'coord providers'");
  }

  private static void movable(
      String name, Coordinator coordinator, CompletableFuture<Movable> answer) {
    if (coordinator instanceof Movable movable) {
      answer.complete(movable);
    } else {
      answer.completeExceptionally(
          new CoordinationException(
              Code.UNSUPPORTED, "the provider of '" + name + "' cannot be swapped"));
    }
  }

  void close() {
    closed = true;
    opened.forEach(Coordinator::abandon);
    opened.clear();
  }
}
