package org.quorate.runtime.node;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.quorate.api.GroupAccess;

/** A way to a group on which one request, of whichever kind, goes through when it is thawed. */
final class FrozenAccess {
  private final GroupAccess sound;
  private final AtomicInteger left;
  private final CompletableFuture<Void> frozen = new CompletableFuture<>();
  private final CompletableFuture<Void> thawed = new CompletableFuture<>();

  /**
   * Makes one.
   *
   * @param requests that go through before
   */
  FrozenAccess(GroupAccess sound, int requests) {
    this.sound = sound;
    this.left = new AtomicInteger(requests);
  }

  CompletableFuture<Void> frozen() {
    return frozen;
  }

  void thaw() {
    thawed.complete(null);
  }

  GroupAccess access() {
    return (GroupAccess)
        Proxy.newProxyInstance(
            FrozenAccess.class.getClassLoader(),
            new Class<?>[] {GroupAccess.class},
            (proxy, method, arguments) -> call(method, arguments));
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    boolean asks = CompletionStage.class.isAssignableFrom(method.getReturnType());
    if (!asks || left.getAndDecrement() != 0) {
      return invoke(method, arguments);
    }
    frozen.complete(null);
    return thawed.thenComposeAsync(go -> asked(method, arguments), sound.loop());
  }

  private CompletionStage<Object> asked(Method method, Object[] arguments) {
    try {
      return ((CompletionStage<?>) invoke(method, arguments)).thenApply(answer -> answer);
    } catch (Throwable e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private Object invoke(Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(sound, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
