package org.quorate.coordinator.swap;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.Movable;

/**
 * A process as its coordinators see it: it dies at one of the calls that change something, before or after
 * it was done; then nothing that it asks for is done or answered, and its sessions end.
 */
final class Mortal {
  private static final Set<String> CHANGES =
      Set.of("seal", "unseal", "take", "warm", "retire", "leave", "transact");

  private final List<Coordinator> opened = new ArrayList<>(); // guarded by this
  private final CompletableFuture<Void> death = new CompletableFuture<>();
  private CompletableFuture<Void> mayLock = CompletableFuture.completedFuture(null);
  private int callsLeft; // guarded by this
  private boolean done; // guarded by this

  /**
   * Makes one.
   *
   * @param calls after how many changes it dies, -1 for never
   * @param done whether the last one is done before
   */
  Mortal(int calls, boolean done) {
    this.callsLeft = calls < 0 ? Integer.MAX_VALUE : calls;
    this.done = done;
  }

  /** Lets nobody lock anything before. */
  Mortal lockingAfter(CompletableFuture<Void> begin) {
    mayLock = begin;
    return this;
  }

  CompletableFuture<Void> death() {
    return death;
  }

  /** Where swaps are recorded. */
  Movable recordsIn(Coordinator coordinator) {
    return with(coordinator, true);
  }

  private Movable with(Coordinator coordinator, boolean lockingLater) {
    synchronized (this) {
      opened.add(coordinator);
    }
    return (Movable)
        Proxy.newProxyInstance(
            Mortal.class.getClassLoader(),
            new Class<?>[] {Movable.class},
            (proxy, method, arguments) -> call(coordinator, method, arguments, lockingLater));
  }

  CoordinatorPlace with(CoordinatorPlace place) {
    return new CoordinatorPlace() {
      @Override
      public String name() {
        return place.name();
      }

      @Override
      public CompletionStage<Coordinator> open(String client, long epoch) {
        return place.open(client, epoch).thenApply(opened -> with(opened, false));
      }
    };
  }

  private CoordinatorSession with(CoordinatorSession session, boolean lockingLater) {
    return (CoordinatorSession)
        Proxy.newProxyInstance(
            Mortal.class.getClassLoader(),
            new Class<?>[] {CoordinatorSession.class},
            (proxy, method, arguments) -> call(session, method, arguments, lockingLater));
  }

  private Object call(Object on, Method method, Object[] arguments, boolean lockingLater)
      throws Throwable {
    boolean asks = CompletionStage.class.isAssignableFrom(method.getReturnType());
    if (!asks) {
      return invoke(on, method, arguments);
    }
    if (CHANGES.contains(method.getName()) && isLast()) {
      if (done) {
        ((CompletionStage<?>) invoke(on, method, arguments))
            .whenComplete((answer, problem) -> die());
      } else {
        die();
      }
      return new CompletableFuture<>();
    }
    if (death.isDone()) {
      return new CompletableFuture<>();
    }
    return lockingLater && method.getName().equals("lock")
        ? mayLock.thenCompose(may -> asked(on, method, arguments, true))
        : asked(on, method, arguments, lockingLater);
  }

  private CompletionStage<Object> asked(
      Object on, Method method, Object[] arguments, boolean lockingLater) {
    CompletableFuture<Object> answer = new CompletableFuture<>();
    CompletionStage<?> stage;
    try {
      stage = (CompletionStage<?>) invoke(on, method, arguments);
    } catch (Throwable e) {
      return CompletableFuture.failedFuture(e);
    }
    stage.whenComplete(
        (value, problem) -> {
          if (death.isDone()) {
            return;
          } else if (problem != null) {
            answer.completeExceptionally(problem);
          } else {
            answer.complete(
                value instanceof CoordinatorSession session ? with(session, lockingLater) : value);
          }
        });
    return answer;
  }

  private static Object invoke(Object on, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(on, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private synchronized boolean isLast() {
    return callsLeft-- == 0;
  }

  private void die() {
    List<Coordinator> gone;
    synchronized (this) {
      gone = List.copyOf(opened);
    }
    death.complete(null);
    gone.forEach(Coordinator::shutdown);
  }
}
