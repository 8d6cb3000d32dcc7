package org.quorate.runtime.node;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;

/** Two clients that hand a lock to each other. */
final class HandOvers {
  private HandOvers() {}

  /** How often they ask for the queue of the lock meanwhile. */
  static int walks(ClusterFixture cluster, String lock, int times) throws Exception {
    List<ForgetfulAccess> ways = new ArrayList<>();
    List<Coordinator> clients = new ArrayList<>();
    List<CoordinatorSession> sessions = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      ways.add(new ForgetfulAccess(cluster.access()));
      clients.add(ClusterFixture.open("in turn", ways.get(i)));
      SessionSpec spec = SessionSpec.of("in turn", 30_000);
      sessions.add(clients.get(i).openSession(spec).toCompletableFuture().get(60, SECONDS));
    }
    Coordinator onlooker = cluster.open("looks on");
    HeldLock held = ask(sessions.get(0), lock).get(60, SECONDS).orThrow();
    for (int i = 1; i <= times; i++) {
      CompletableFuture<LockOutcome> next = ask(sessions.get(i % 2), lock);
      TestCluster.await("one to wait", () -> waiting(onlooker, lock) == 1);
      held.release().toCompletableFuture().get(60, SECONDS);
      held = next.get(60, SECONDS).orThrow();
    }
    clients.forEach(Coordinator::close);
    onlooker.close();
    return ways.stream().mapToInt(ForgetfulAccess::walks).sum();
  }

  private static CompletableFuture<LockOutcome> ask(CoordinatorSession session, String lock) {
    return session.lock(LockSpec.queued(lock, "in turn", 60_000)).toCompletableFuture();
  }

  private static int waiting(Coordinator client, String lock) {
    return client.locks(Scope.key(lock)).toCompletableFuture().join().stream()
        .mapToInt(info -> info.waiting().size())
        .sum();
  }
}
