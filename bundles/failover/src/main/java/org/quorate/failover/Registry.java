package org.quorate.failover;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.kit.Follower;
import org.quorate.spi.coordination.kit.ServiceLoop;
import org.quorate.spi.failover.ClusterMode;
import org.quorate.spi.failover.FailoverDetail;
import org.quorate.spi.failover.FailoverEvent;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Owner;
import org.quorate.spi.failover.FailoverRecord.Takeover;
import org.quorate.spi.failover.FailoverRegistry;
import org.quorate.spi.failover.FailoverWork;
import org.quorate.spi.failover.RegisteredNode;
import org.quorate.spi.failover.TakeoverHandler;
import org.quorate.spi.failover.WorkSpec;

/** One node's part of a registry: its lease, its work, its takeovers, and perhaps the lead. */
public final class Registry implements FailoverRegistry, AutoCloseable {
  private final Coordinator coordinator;
  private final Layout layout;
  private final Settings settings;
  private final Loop loop;
  private final Events events;
  private final Operators operators;
  private final Registration registration;
  private final Follower<View> follower;
  private final Leader leader;
  private final Takeovers takeovers;
  private final Map<String, TakeoverHandler> handlers = new ConcurrentSkipListMap<>();
  private final List<Begin> waiting = new ArrayList<>();
  private final Set<Work> own = new LinkedHashSet<>();
  private final Set<Long> lost = new HashSet<>();
  private final Set<String> broken = new HashSet<>();
  private View view;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private long requests;
  private boolean closed;

  private record Begin(WorkSpec spec, long untilMs, CompletableFuture<FailoverWork> done) {}

  /**
   * A node that begins to register when it is {@link #start started}.
   *
   * @param root key below which the registry is
   * @param workers what handlers run on
   */
  public Registry(
      Coordinator coordinator,
      String root,
      Settings settings,
      Self self,
      ServiceLoop loop,
      Executor workers,
      Events events) {
    this.coordinator = coordinator;
    this.layout = new Layout(root);
    this.settings = settings;
    this.loop = new Loop(loop);
    this.events = events;
    this.operators = new Operators(coordinator, layout);
    this.leader = new Leader(coordinator, layout, settings, this.loop, events);
    this.follower =
        new Follower<>(
            coordinator,
            layout.all(),
            loop,
            settings.heartbeatMs(),
            () -> new View(layout),
            this::changed);
    this.registration =
        new Registration(coordinator, layout, settings, this.loop, self, events, new Listener());
    this.takeovers = new Takeovers(this.loop, workers, handlers::get, this::work);
  }

  /** Registers, and follows what the others do. */
  public void start() {
    loop.execute(
        () -> {
          follower.start();
          registration.start();
          tick();
        });
  }

  /** As {@link #shutdown}, without waiting for it. */
  @Override
  public void close() {
    shutdown();
  }

  /**
   * Gives the lease back: what is not completed is given to others at once.
   *
   * @return completes when nothing is awaited any more, after the lease at the latest: the loop may be
   *     closed then
   */
  public CompletionStage<Void> shutdown() {
    loop.execute(
        () -> {
          if (closed) {
            return;
          }
          closed = true;
          follower.stop();
          waiting.forEach(b -> fail(b, Code.CLOSED, "the registry of this node is closed"));
          waiting.clear();
          loop.then(registration.stop(), (given, e) -> end());
          loop.after(settings.leaseMs(), this::end);
        });
    return ended.minimalCompletionStage();
  }

  private void end() {
    loop.close();
    ended.complete(null);
  }

  /** Takes over records of its type from now on, in place of an earlier one of that type. */
  public void add(TakeoverHandler handler) {
    handlers.put(WorkSpec.type(handler.type()), handler);
    loop.execute(() -> registration.handles(List.copyOf(handlers.keySet())));
  }

  /** The contrary. */
  public void remove(TakeoverHandler handler) {
    handlers.remove(handler.type(), handler);
    loop.execute(() -> registration.handles(List.copyOf(handlers.keySet())));
  }

  private void tick() {
    if (!closed) {
      loop.after(settings.heartbeatMs(), this::tick);
      leader.tick();
    }
  }

  private void changed(View now) {
    view = now;
    for (Map.Entry<String, String> e : now.broken().entrySet()) {
      if (broken.add(e.getKey())) {
        events.event(Events.Kind.BROKEN, "key " + e.getKey() + ": " + e.getValue());
      }
    }
    broken.retainAll(now.broken().keySet());
    Owner self = registration.owner();
    if (self != null) {
      takeovers.changed(now, self);
      own.removeIf(w -> given(now, self, w));
      dropLost();
    }
    leader.changed(now);
    if (now.mode() != ClusterMode.READONLY && !waiting.isEmpty()) {
      List<Begin> woken = List.copyOf(waiting);
      waiting.clear();
      woken.forEach(this::begin);
    }
  }

  /** Tells work that others have by now; what the view does not know yet is left alone. */
  private static boolean given(View now, Owner self, Work work) {
    View.Versioned v = now.record(work.id());
    if (v != null && !Rules.has(v.record(), self, work.token())) {
      work.fence("it was given to others, takeover number " + v.record().takeover().number());
    } else if (now.gone(work.id()) && now.revision() >= work.revision()) {
      work.gone();
    }
    return work.over();
  }

  /** Ends what was begun by a request whose answer was lost: nobody works on it. */
  private void dropLost() {
    Owner self = registration.owner();
    if (lost.isEmpty() || view == null || self == null) {
      return;
    }
    for (View.Versioned v : view.records()) {
      if (Rules.has(v.record(), self, 0) && lost.remove(v.request())) {
        work(v, self).complete();
      }
    }
  }

  private final class Listener implements Registration.Listener {
    @Override
    public void registered(Owner owner, CoordinatorSession session) {
      leader.registered(owner, session);
      if (view != null) {
        changed(view);
      }
    }

    @Override
    public void fenced(String why) {
      leader.fenced();
      takeovers.fenced(why);
      List<Work> ended = List.copyOf(own);
      own.clear();
      lost.clear();
      ended.forEach(w -> w.fence(why));
    }
  }

  private Work work(View.Versioned at, Owner who) {
    return new Work(coordinator, layout, loop, registration, settings.heartbeatMs(), who, at);
  }

  // ---- beginning
  // ----------------------------------------------------------------------------------

  /** The stage is the one that is completed: who ends it itself has given the operation up. */
  @Override
  public CompletionStage<FailoverWork> begin(WorkSpec spec) {
    CompletableFuture<FailoverWork> done = new CompletableFuture<>();
    if (spec == null) {
      done.completeExceptionally(
          new FailoverException(Code.INVALID, "what is to be begun is null"));
      return done;
    }
    return loop.complete(
        done, Code.CLOSED, () -> begin(new Begin(spec, loop.nowMs() + spec.waitMs(), done)));
  }

  private void begin(Begin b) {
    Owner self = registration.owner();
    if (b.done().isDone()) {
      return;
    }
    if (closed) {
      fail(b, Code.CLOSED, "the registry of this node is closed");
      return;
    }
    if (self == null) {
      fail(b, Code.NOT_REGISTERED, "this node has no lease; it registers as soon as it can");
      return;
    }
    long request = ++requests;
    FailoverRecord record =
        new FailoverRecord(
            0,
            b.spec().database(),
            b.spec().table(),
            b.spec().scn(),
            b.spec().type(),
            loop.wallMs(),
            0,
            self,
            Takeover.NONE,
            List.of(),
            Map.of(),
            null,
            List.of());
    Transaction create =
        new Transaction(
            List.of(
                new Condition.Absent(layout.mode()),
                new Condition.OwnedBy(layout.node(self.node()), self.incarnation())),
            List.of(
                new Op.PutSequential(
                    layout.recordPrefix(), RecordCodec.record(record, request), 0)));
    loop.then(
        coordinator.transact(create),
        (done, e) -> {
          if (e != null && e.code() == Code.INDETERMINATE) {
            lost.add(request);
            dropLost();
            fail(b, Code.NO_QUORUM, "nobody answered in time; what was recorded will be removed");
          } else if (e != null) {
            b.done().completeExceptionally(e);
          } else if (done.succeeded()) {
            Long id = layout.recordId(done.effects().get(0).key());
            begun(b, RecordCodec.record(id, RecordCodec.record(record, request)), done.revision());
          } else {
            refused(b);
          }
        });
  }

  private void begun(Begin b, RecordCodec.Stored stored, long revision) {
    View.Versioned at = new View.Versioned(stored.record(), stored.request(), revision);
    Work work = work(at, stored.record().origin());
    if (registration.lives(stored.record().origin())) {
      own.add(work);
    } else {
      work.fence("the lease is over");
    }
    if (!b.done().complete(work)) {
      work.complete(); // who asked has given it up, and nobody else works on it
    }
  }

  private void refused(Begin b) {
    loop.then(
        operators.mode(),
        (mode, e) -> {
          if (e != null) {
            b.done().completeExceptionally(e);
          } else if (mode == ClusterMode.RECOVERY) {
            fail(b, Code.RECOVERY, "the cluster is in recovery: nothing is begun");
          } else if (mode == ClusterMode.NORMAL) {
            fail(b, Code.NOT_REGISTERED, "the lease of this node is over");
          } else if (loop.nowMs() >= b.untilMs()) {
            fail(b, Code.READ_ONLY, "the cluster is read-only");
          } else {
            await(b);
          }
        });
  }

  private void await(Begin b) {
    waiting.add(b);
    loop.after(
        b.untilMs() - loop.nowMs(),
        () -> {
          if (waiting.remove(b)) {
            fail(b, Code.READ_ONLY, "the cluster is read-only, since longer than was to be waited");
          }
        });
    if (view != null && view.mode() == ClusterMode.NORMAL) {
      // The view is behind, or ahead: ask again a little later.
      loop.after(
          settings.heartbeatMs(),
          () -> {
            if (waiting.remove(b)) {
              begin(b);
            }
          });
    }
  }

  private static void fail(Begin b, Code code, String message) {
    b.done().completeExceptionally(new FailoverException(code, message));
  }

  // ---- for operators
  // ------------------------------------------------------------------------------

  @Override
  public CompletionStage<List<FailoverRecord>> records() {
    return operators.records();
  }

  @Override
  public CompletionStage<FailoverDetail> detail(long id) {
    return operators.detail(id);
  }

  @Override
  public CompletionStage<Void> deleteForce(long id, boolean force) {
    return operators.delete(id, force);
  }

  @Override
  public CompletionStage<Void> retry(long id, boolean force) {
    return operators.retry(id, force);
  }

  @Override
  public CompletionStage<List<FailoverEvent>> events(String type, int limit) {
    return operators.events(type, limit);
  }

  @Override
  public CompletionStage<List<String>> repaired(long id, String shard) {
    return operators.repaired(id, shard);
  }

  @Override
  public CompletionStage<List<RegisteredNode>> nodes() {
    return operators.nodes();
  }

  @Override
  public CompletionStage<ClusterMode> mode() {
    return operators.mode();
  }

  @Override
  public CompletionStage<Void> switchMode(ClusterMode mode) {
    return operators.switchMode(mode);
  }
}
