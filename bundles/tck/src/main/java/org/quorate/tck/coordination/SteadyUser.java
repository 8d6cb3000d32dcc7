package org.quorate.tck.coordination;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.tck.coordination.Coordinated.await;
import static org.quorate.tck.coordination.Coordinated.until;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.WatchListener;

/**
 * A user of a coordinator, whatever happens to it: holds a lock that another session waits for, writes and
 * watches what is written. No request may fail.
 */
public final class SteadyUser implements WatchListener {
  private final Coordinator user;
  private final CoordinatorSession session;
  private final CoordinatorSession second;
  private final HeldLock lock;
  private final CompletableFuture<LockOutcome> waiting;
  private final List<String> written = new ArrayList<>();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> writer = new CompletableFuture<>();
  private volatile boolean going = true;

  /** Begins. */
  public SteadyUser(Coordinator user) throws Exception {
    this.user = user;
    session = await(user.openSession(SessionSpec.of("first", 60_000)));
    second = await(user.openSession(SessionSpec.of("second", 60_000)));
    lock = await(session.lock(LockSpec.tried("lock", "to hold it"))).orThrow();
    waiting = second.lock(LockSpec.queued("lock", "next", 120_000)).toCompletableFuture();
    user.watch(Scope.key("n"), await(user.put("begin", Bytes.EMPTY)) + 1, this);
    put(); // whatever happens from now on, there is something to be found
    Thread thread = new Thread(this::write, "load");
    thread.setDaemon(true);
    thread.start();
  }

  private void write() {
    try {
      while (going) {
        put();
      }
      writer.complete(null);
    } catch (Exception e) {
      writer.completeExceptionally(e);
    }
  }

  private void put() throws Exception {
    String value = Integer.toString(written.size());
    await(user.put("n", Bytes.utf8(value)));
    written.add(value);
  }

  @Override
  public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
    events.forEach(e -> told.add(e.entry().value().utf8()));
    return null;
  }

  @Override
  public void ended(CoordinationException why) {
    told.add("ended: " + why);
  }

  /** Writes no more. */
  public void end() throws Exception {
    going = false;
    await(writer);
  }

  /** Nothing was lost or done twice, and all that was held is. */
  public void check() throws Exception {
    await(user.put("more", Bytes.EMPTY));
    end();
    assertFalse(waiting.isDone(), "two hold a lock");
    Condition held = new Condition.Held("lock", lock.token());
    Op put = new Op.Put("protected", Bytes.EMPTY, session.id());
    assertTrue(await(user.transact(new Transaction(List.of(held), List.of(put)))).succeeded());
    await(session.keepAlive());
    assertTrue(await(lock.release()));
    HeldLock next = await(waiting).orThrow();
    assertTrue(next.token().compareTo(lock.token()) > 0);
    assertFalse(session.ended().toCompletableFuture().isDone());
    assertFalse(second.ended().toCompletableFuture().isDone());
    until("all is told", () -> told.size() >= written.size());
    assertEquals(written, told);
  }
}
