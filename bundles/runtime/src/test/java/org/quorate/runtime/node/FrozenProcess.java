package org.quorate.runtime.node;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.quorate.coordinator.swap.SwapPhase;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Transaction;

/**
 * A process that works on swaps, as its coordinators see it: it freezes before the first change that none
 * before it was frozen at, and its sessions where swaps are recorded end meanwhile. When it thaws it goes
 * on from there, and is never told that it has lost a lock.
 */
final class FrozenProcess {
  private static final String RECORDS = "records";
  private static final Set<String> CHANGES =
      Set.of("seal", "unseal", "warm", "take", "leave", "retire");

  private final Set<String> frozenAt;
  private final String refused;
  private final boolean idle;
  private final CompletableFuture<Void> frozen = new CompletableFuture<>();
  private final CompletableFuture<Void> thawed = new CompletableFuture<>();
  private final CompletableFuture<Object> answer = new CompletableFuture<>();
  private final CompletableFuture<Object> neverLost = new CompletableFuture<>();
  private final List<Coordinator> records = new ArrayList<>(); // guarded by this
  private volatile String heldAt;

  /**
   * Makes one.
   *
   * @param frozenAt at what processes were frozen, to which it adds; null for one that never is
   * @param refused the change that it is always refused
   */
  FrozenProcess(Set<String> frozenAt, String refused) {
    this(frozenAt, refused, false);
  }

  /** One that uses what is swapped, and never has a turn to work on a swap. */
  static FrozenProcess idle() {
    return new FrozenProcess(null, "nothing", true);
  }

  private FrozenProcess(Set<String> frozenAt, String refused, boolean idle) {
    this.frozenAt = frozenAt;
    this.refused = refused;
    this.idle = idle;
  }

  /** Completes when it is frozen. */
  CompletableFuture<Void> frozen() {
    return frozen;
  }

  /** The call that it was frozen at, null if it never was. */
  String heldAt() {
    return heldAt;
  }

  /**
   * Lets it go on.
   *
   * @return what becomes of the call that it was frozen at
   */
  CompletableFuture<Object> thaw() {
    thawed.complete(null);
    return answer;
  }

  /** It ends. */
  void end() {
    thawed.complete(null);
    neverLost.complete(HeldLock.Loss.SESSION_ENDED);
  }

  Coordinator recordsIn(Coordinator coordinator) {
    synchronized (this) {
      records.add(coordinator);
    }
    return proxy(Coordinator.class, coordinator, RECORDS);
  }

  CoordinatorPlace with(CoordinatorPlace place) {
    return new CoordinatorPlace() {
      @Override
      public String name() {
        return place.name();
      }

      @Override
      public CompletionStage<Coordinator> open(String client, long epoch) {
        return place
            .open(client, epoch)
            .thenApply(opened -> proxy(Movable.class, opened, place.name()));
      }
    };
  }

  private <T> T proxy(Class<T> type, Object on, String name) {
    return type.cast(
        Proxy.newProxyInstance(
            FrozenProcess.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> call(on, method, arguments, name)));
  }

  private Object call(Object on, Method method, Object[] arguments, String name) throws Throwable {
    if (on instanceof HeldLock && method.getName().equals("lost")) {
      return neverLost;
    }
    boolean asks = CompletionStage.class.isAssignableFrom(method.getReturnType());
    if (!asks || method.getName().matches("ended|shutdown|abandon")) {
      return invoke(on, method, arguments);
    }
    if (idle && method.getName().equals("lock") && name.equals(RECORDS)) {
      return new CompletableFuture<>();
    }
    String change = change(method, arguments, name);
    if (change != null && isNext(change)) {
      freeze(change);
      thawed
          .thenCompose(go -> asked(on, method, arguments, name))
          .whenComplete((value, problem) -> tell(answer, value, problem));
      return answer;
    }
    if (change != null && change.startsWith(refused)) {
      return CompletableFuture.failedFuture(
          new CoordinationException(Code.INVALID, "as the test wants it"));
    }
    return frozen.isDone()
        ? thawed.thenCompose(go -> asked(on, method, arguments, name))
        : asked(on, method, arguments, name);
  }

  /** What is to be changed by who works on a swap, null for other calls. */
  private static String change(Method method, Object[] arguments, String name) {
    if (CHANGES.contains(method.getName())) {
      return method.getName() + " at " + name;
    }
    if (!method.getName().equals("transact") || !name.equals(RECORDS)) {
      return null;
    }
    Transaction wanted = (Transaction) arguments[0];
    if (wanted.when().stream().noneMatch(Condition.Held.class::isInstance)) {
      return null;
    }
    String record = ((Op.Put) wanted.then().get(0)).value().utf8();
    return "record "
        + Stream.of(SwapPhase.values())
            .map(SwapPhase::name)
            .filter(record::contains)
            .findFirst()
            .orElseThrow();
  }

  private boolean isNext(String change) {
    return frozenAt != null && !frozen.isDone() && frozenAt.add(change);
  }

  private void freeze(String change) {
    heldAt = change;
    frozen.complete(null);
    List<Coordinator> gone;
    synchronized (this) {
      gone = List.copyOf(records);
    }
    gone.forEach(Coordinator::shutdown);
  }

  /** What comes back while it is frozen it sees when it thaws. */
  private CompletableFuture<Object> asked(
      Object on, Method method, Object[] arguments, String name) {
    CompletableFuture<Object> seen = new CompletableFuture<>();
    try {
      ((CompletionStage<?>) invoke(on, method, arguments))
          .whenComplete(
              (value, problem) -> {
                CompletableFuture<Void> awake =
                    frozen.isDone() ? thawed : CompletableFuture.completedFuture(null);
                awake.thenRun(() -> tell(seen, known(value, name), problem));
              });
    } catch (Throwable e) {
      seen.completeExceptionally(e);
    }
    return seen;
  }

  private static void tell(CompletableFuture<Object> seen, Object value, Throwable problem) {
    if (problem == null) {
      seen.complete(value);
    } else {
      seen.completeExceptionally(problem);
    }
  }

  private Object known(Object value, String name) {
    if (value instanceof CoordinatorSession session) {
      return proxy(CoordinatorSession.class, session, name);
    } else if (value instanceof LockOutcome.Granted granted) {
      return new LockOutcome.Granted(proxy(HeldLock.class, granted.lock(), name));
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
