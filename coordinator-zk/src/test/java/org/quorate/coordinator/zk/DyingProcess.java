package org.quorate.coordinator.zk;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.Subscription;

/**
 * What a process asks for: it dies when one of its steps is done, before it hears of it. From then on it is
 * asked nothing and hears nothing. Between two steps nobody else could tell when it died.
 */
final class DyingProcess {
  private static final Set<String> STEPS =
      Set.of("lock", "release", "transact", "prepare", "execute", "complete");

  private final CompletableFuture<String> death = new CompletableFuture<>();
  private int stepsLeft; // guarded by this; 0 for one that lives on

  /** Lets it die of its n-th step from now on. */
  synchronized void dieAfter(int steps) {
    stepsLeft = steps;
  }

  /**
   * Lets it live on, if it has not come so far.
   *
   * @return false if it dies or has died: wait for {@link #death}
   */
  synchronized boolean spare() {
    boolean spared = stepsLeft > 0;
    stepsLeft = spared ? 0 : stepsLeft;
    return spared;
  }

  /** Completes when it dies, with the step that was its last. */
  CompletableFuture<String> death() {
    return death;
  }

  private synchronized boolean isLast(Method method) {
    return stepsLeft > 0 && STEPS.contains(method.getName()) && --stepsLeft == 0;
  }

  /** What it uses, or what is called in it. */
  <T> T with(Class<T> type, T on) {
    return type.cast(
        Proxy.newProxyInstance(
            DyingProcess.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> call(on, method, arguments)));
  }

  private Object call(Object on, Method method, Object[] arguments) throws Throwable {
    if (!CompletionStage.class.isAssignableFrom(method.getReturnType())) {
      return death.isDone() ? nothing(on, method, arguments) : invoke(on, method, arguments);
    }
    CompletableFuture<Object> answer = new CompletableFuture<>();
    if (death.isDone()) {
      return answer;
    }
    boolean last = isLast(method);
    ((CompletionStage<?>) invoke(on, method, arguments))
        .whenComplete(
            (value, problem) -> {
              if (last) {
                death.complete(method.getName());
              } else if (death.isDone()) {
                return;
              } else if (problem != null) {
                answer.completeExceptionally(problem);
              } else {
                answer.complete(known(value));
              }
            });
    return answer;
  }

  private static Object nothing(Object on, Method method, Object[] arguments) throws Throwable {
    if (method.getReturnType() == Subscription.class) {
      return (Subscription) () -> {};
    }
    return method.getReturnType() == void.class ? null : invoke(on, method, arguments);
  }

  private Object known(Object value) {
    if (value instanceof CoordinatorSession session) {
      return with(CoordinatorSession.class, session);
    } else if (value instanceof LockOutcome.Granted granted) {
      return new LockOutcome.Granted(with(HeldLock.class, granted.lock()));
    }
    return value;
  }

  private static Object invoke(Object on, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(on, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
