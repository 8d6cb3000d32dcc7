package org.quorate.client;

import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.GroupId;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.Transaction;
import org.quorate.api.protocol.Frames;
import org.quorate.api.wire.Encoder;
import org.quorate.client.net.Loop;

/**
 * A group as a client sees it. Thread-safe; never blocks. Finds the leader and follows it, repeats
 * what was refused or lost under the same sequence of its session, so that a proposal is executed at
 * most once; what is asked in one turn of the loop leaves in one write. Futures never fail: they
 * carry the outcome. Use {@link Future#toCompletionStage} for code without Vert.x.
 */
public final class GroupClient {
  /** Bytes of a request's frame beside its command. */
  private static final int FRAME_ROOM = 1024;

  private final QuorateClient client;
  private final GroupId id;
  private final Loop loop;
  private final Leader leader;
  private final Writes writes;
  private final Reads reads;
  private final SessionCalls sessions;
  private final KeyWatches watches;
  private final ConcurrentLinkedQueue<Object> incoming = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean draining = new AtomicBoolean();

  GroupClient(QuorateClient client, GroupId id) {
    this.client = client;
    this.id = id;
    this.loop = client.loop();
    this.leader = new Leader(client, id, this::ready, this::hopeless);
    this.writes = new Writes(client, id, leader);
    this.reads = new Reads(client, id, leader);
    this.sessions = new SessionCalls(client, leader);
    this.watches = new KeyWatches(client, id, leader);
  }

  public GroupId id() {
    return id;
  }

  QuorateClient client() {
    return client;
  }

  /** Proposes a command that is valid whatever the state. */
  public Future<Outcome> propose(Bytes command) {
    return propose(command, null, client.options().operationTimeoutMs());
  }

  /**
   * Proposes a command.
   *
   * @param transaction what to certify, or null
   * @param timeoutMs how long to try
   */
  public Future<Outcome> propose(Bytes command, Transaction transaction, long timeoutMs) {
    long bytes = command.length() + size(transaction);
    Outcome.Rejected tooLarge = tooLarge(bytes);
    if (tooLarge != null) {
      return Future.succeededFuture(tooLarge);
    }
    int size = (int) bytes + Admission.EACH;
    if (!client.admission().enter(size)) {
      return Future.succeededFuture(client.admission().full());
    }
    Write write = writes.make(command, transaction, timeoutMs, size);
    submit(write);
    return write.promise.future();
  }

  /** A frame over the limit would cost the connection, and with it whatever else is under way. */
  private static Outcome.Rejected tooLarge(long bytes) {
    long limit = Frames.MAX_REQUEST_FRAME - FRAME_ROOM;
    return bytes <= limit
        ? null
        : new Outcome.Rejected(
            Outcome.Rejection.TOO_LARGE, "request of " + bytes + " bytes, a node takes " + limit);
  }

  private static long size(Transaction transaction) {
    if (transaction == null) {
      return 0;
    }
    Encoder out = new Encoder();
    transaction.encode(out);
    return out.size();
  }

  /** Reads from the state machine. */
  public Future<ReadOutcome> read(Bytes query, ReadLevel level) {
    return read(query, level, client.options().operationTimeoutMs());
  }

  /** Reads from the state machine, trying for so long. */
  public Future<ReadOutcome> read(Bytes query, ReadLevel level, long timeoutMs) {
    Outcome.Rejected tooLarge = tooLarge(query.length());
    if (tooLarge != null) {
      return Future.succeededFuture(new ReadOutcome.Unanswered(tooLarge));
    }
    int size = query.length() + Admission.EACH;
    if (!client.admission().enter(size)) {
      return Future.succeededFuture(new ReadOutcome.Unanswered(client.admission().full()));
    }
    Reads.Read read = reads.make(query, level, timeoutMs, size);
    submit(read);
    return read.promise.future();
  }

  /**
   * Calls back once, on the client's loop, when a node has applied more than the version given; with
   * 0 when the node was lost or cannot tell: then look and watch again.
   */
  public void watch(long version, LongConsumer then) {
    loop.run(
        () -> {
          Connection connection = leader.connection();
          if (connection == null) {
            loop.after(20, () -> then.accept(0));
          } else {
            connection.watch(id, version, new Applied(then));
          }
        });
  }

  private record Applied(LongConsumer then) implements Connection.Watcher {
    @Override
    public void reached(long version, ReadOutcome.Answered answer) {
      try {
        then.accept(version);
      } catch (Throwable e) {
        Promises.threw(e);
      }
    }

    @Override
    public void lost(Connection from) {
      reached(0, null);
    }
  }

  /**
   * Calls back once, on the client's loop, when a commit after a version has changed a key of the
   * ranges: see {@link GroupAccess#watch}. Goes on at another node when the one that was asked is lost.
   *
   * @return ends it
   */
  public Runnable watch(List<KeyRange> keys, long version, LongConsumer then) {
    return watches.begin(keys, version, null, (reached, answer) -> then.accept(reached));
  }

  /**
   * The same with a query that the node answers when it tells of the change.
   *
   * @return ends it
   */
  public Runnable watch(List<KeyRange> keys, long version, Bytes query, GroupAccess.Sight then) {
    return watches.begin(keys, version, query, then);
  }

  /** This group for code that knows no Vert.x. */
  public GroupAccess access() {
    return new ClientGroup(this);
  }

  SessionCalls sessions() {
    return sessions;
  }

  /** The session in use, 0 while there is none; a lease for keys that go when this client goes. */
  public Future<Long> session() {
    io.vertx.core.Promise<Long> promise = io.vertx.core.Promise.promise();
    long deadline = client.nowMs() + client.options().operationTimeoutMs();
    loop.run(() -> session(promise, deadline));
    return promise.future();
  }

  /** The session in use, 0 while there is none. On the client's loop. */
  long sessionNow() {
    return writes.session();
  }

  private void session(io.vertx.core.Promise<Long> promise, long deadline) {
    if (writes.session() != 0 || client.nowMs() > deadline || client.isClosed()) {
      promise.complete(writes.session());
    } else {
      writes.wantSession();
      loop.after(5, () -> session(promise, deadline));
    }
  }

  private void submit(Object operation) {
    if (loop.inside()) {
      take(operation);
      writes.pump();
    } else {
      incoming.add(operation);
      if (draining.compareAndSet(false, true)) {
        loop.execute(this::drain);
      }
    }
    if (client.isClosed()) {
      endLate();
    }
  }

  private void endLate() {
    try {
      loop.submit(this::end);
    } catch (RejectedExecutionException e) {
      synchronized (incoming) { // nothing happens on the loop any more
        end();
      }
    }
  }

  private void drain() {
    draining.set(false);
    Object operation = incoming.poll();
    while (operation != null) {
      take(operation);
      operation = incoming.poll();
    }
    writes.pump();
  }

  private void take(Object operation) {
    if (operation instanceof Write write) {
      writes.add(write);
    } else {
      reads.add((Reads.Read) operation);
    }
  }

  private void ready() {
    writes.pump();
    reads.pump();
    sessions.pump();
    watches.pump();
  }

  private void hopeless(String why) {
    Outcome.Rejected refused = new Outcome.Rejected(Outcome.Rejection.UNSUPPORTED, why);
    writes.refuseAll(refused);
    reads.refuseAll(refused);
    sessions.refuseAll(refused);
    watches.giveUp();
  }

  void tick() {
    writes.tick();
    reads.tick();
    sessions.tick();
  }

  void end() {
    drain();
    writes.end();
    reads.end();
    sessions.end();
    watches.giveUp();
  }
}
