package org.quorate.runtime.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.kv.KvEvent;
import org.quorate.client.KvClient;
import org.quorate.client.KvWatch;
import org.quorate.client.OutcomeException;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Subscription;
import org.quorate.spi.coordination.WatchListener;
import org.quorate.tck.coordination.CoordinatorContract;
import org.quorate.tck.coordination.CoordinatorFixture;

/** The native coordinator on a group of certify, over TCP. */
class CertifyCoordinatorTest extends CoordinatorContract {
  private static final Bytes VALUE = Bytes.utf8("x");

  @TempDir static Path folder;

  @Override
  protected CoordinatorFixture newFixture() throws Exception {
    return new ClusterFixture(folder, "certify");
  }

  private static final class Heard implements WatchListener {
    private int events; // guarded by this
    private CoordinationException why; // guarded by this

    @Override
    public synchronized CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
      this.events += events.size();
      return null;
    }

    @Override
    public synchronized void ended(CoordinationException why) {
      this.why = why;
    }

    synchronized int events() {
      return events;
    }

    synchronized boolean refused() {
      return why != null && why.code() == Code.OVERLOADED;
    }
  }

  /** Who is refused is told so and leaves nothing; who was there before, and other clients, go on. */
  @Test
  void watchesBeyondTheLimitOfAConnectionAreRefused() throws Exception {
    ClusterFixture cluster = (ClusterFixture) fixture();
    Coordinator storm = open("storm");
    Coordinator other = open("other");
    final HeldLock held =
        now(session(other).lock(LockSpec.queued(path(), "holds", 60_000))).orThrow();
    final CoordinatorSession session = session(storm);
    final long from = now(other.put(path() + "/k", VALUE)) + 1;
    cluster.parameter("client.watches.max", "4");
    try {
      List<Heard> heard = new ArrayList<>();
      List<Subscription> watches = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        heard.add(new Heard());
        watches.add(storm.watch(Scope.key(path() + "/k"), from, heard.get(i)));
      }
      // Who is refused once finds the connection full, which it stays until something changes.
      TestCluster.await("the refusals", () -> refused(heard) >= 6);
      assertRefused(session.lock(LockSpec.queued(path(), "waits", 60_000)));
      assertRefused(storm.poll(List.of(Scope.tree(path())), from, 60_000));
      TestCluster.await("its claim to go", () -> waiting(other) == 0);
      now(other.put(path() + "/k", VALUE));
      TestCluster.await("the others", () -> told(heard) + refused(heard) == 10);
      final long kept = told(heard);
      assertTrue(kept > 0 && kept <= 4, kept + " are kept");
      for (int i = 0; i < 10; i++) {
        if (!heard.get(i).refused()) {
          watches.get(i).close();
        }
      }
      Heard late = new Heard();
      storm.watch(Scope.tree(path()), from, late);
      TestCluster.await("the one that has room", () -> late.events() == 1);
      assertEquals(10, kept + refused(heard), "nobody else is refused");
    } finally {
      cluster.parameter("client.watches.max", "1024");
    }
    CompletableFuture<?> next =
        session.lock(LockSpec.queued(path(), "waits", 60_000)).toCompletableFuture();
    now(held.release());
    next.get(60, SECONDS);
  }

  /** A notice may come without the line, when a node is lost; as a rule it has it. */
  @Test
  void whoIsNextIsToldWithTheNotice() throws Exception {
    int walks = HandOvers.walks((ClusterFixture) fixture(), path() + "/lock", 20);
    assertTrue(walks < 10, "the queue was read " + walks + " times for 20 hand-overs");
  }

  /** Of the client's own watches too one that is refused ends, and says which limit it met. */
  @Test
  void aClientsWatchBeyondTheLimitEnds() throws Exception {
    ClusterFixture cluster = (ClusterFixture) fixture();
    KvClient client = cluster.keys();
    BlockingQueue<RuntimeException> ended = new LinkedBlockingQueue<>();
    KvWatch.Listener listener =
        new KvWatch.Listener() {
          @Override
          public void changed(List<KvEvent> events, long upTo) {
            // What it is told is the matter of other tests.
          }

          @Override
          public void ended(RuntimeException why) {
            ended.add(why);
          }
        };
    cluster.parameter("client.watches.max", "1");
    try {
      KeyRange nothing = KeyRange.single(Bytes.utf8(path()));
      Runnable one = client.watch(nothing, 0, listener);
      Runnable two = client.watch(nothing, 0, listener);
      RuntimeException why = ended.poll(60, SECONDS);
      var refused = assertInstanceOf(OutcomeException.class, why, "the second of two");
      var overloaded = assertInstanceOf(Outcome.Overloaded.class, refused.outcome());
      assertEquals("client.watches.max", overloaded.limit());
      one.run();
      two.run();
    } finally {
      cluster.parameter("client.watches.max", "1024");
    }
  }

  private static long refused(List<Heard> all) {
    return all.stream().filter(Heard::refused).count();
  }

  private static int told(List<Heard> all) {
    return all.stream().mapToInt(Heard::events).sum();
  }

  private int waiting(Coordinator client) {
    return client.locks(Scope.key(path())).toCompletableFuture().join().stream()
        .mapToInt(l -> l.waiting().size())
        .sum();
  }

  private static CoordinatorSession session(Coordinator client) throws Exception {
    return now(client.openSession(SessionSpec.of("lives", 30_000)));
  }

  private static <T> T now(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, SECONDS);
  }

  private static void assertRefused(CompletionStage<?> stage) {
    var failed = assertThrows(ExecutionException.class, () -> now(stage));
    assertEquals(
        Code.OVERLOADED, assertInstanceOf(CoordinationException.class, failed.getCause()).code());
  }
}
