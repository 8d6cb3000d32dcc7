package org.quorate.coordinator.swap;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.kit.Follower;
import org.quorate.spi.coordination.kit.Mirror;
import org.quorate.spi.coordination.kit.ServiceLoop;

/**
 * A node's part in the swaps of one coordinator: it follows the record, lets who uses the coordinator go
 * where the record says, tells how far it has acted, and takes its turn to work on a swap that is under
 * way. The record alone says which provider serves. Thread-safe.
 */
public final class SwapMember implements Authority, AutoCloseable {
  private static final long AGAIN_MS = 100;

  private final SwapNode node;
  private final SwapRecords records;
  private final String name;
  private final ServiceLoop loop;
  private final NodeLease lease;
  private final Follower<Last> follower;
  private final SwapPursuit pursuit;
  private final SwapUsers users;
  private final Runnable leased = this::act;

  // On the loop.
  private SwapRecords.Read known;
  private boolean acting;
  private volatile SwapRecords.Read acted;
  private volatile CoordinatorSession toldBy;
  private CompletableFuture<Long> telling = CompletableFuture.completedFuture(0L);
  private long toldAt;
  private volatile Runnable told = () -> {};
  private volatile String trouble = "";
  private final CompletableFuture<Void> left = new CompletableFuture<>();
  private volatile boolean closed;

  /**
   * How long things may take, in milliseconds.
   *
   * @param ttlMs after so long a node that is silent is waited for no more
   * @param patienceMs how long a step before the switch may be tried
   * @param underSealMs after so long without a change being taken the swap is given up: clearly less than
   *     the 30 s that requests of users wait, so that they are answered when it has gone back
   */
  public record Timing(long ttlMs, long patienceMs, long underSealMs) {
    /** For nodes that are on one network. */
    public static final Timing DEFAULT = new Timing(5_000, 30_000, 15_000);

    /** How long a target may take to be emptied of a swap that was given up; users wait for it once. */
    long emptyingMs() {
      return underSealMs / 3;
    }
  }

  /**
   * That of a node with one coordinator.
   *
   * @param recorded where swaps are recorded: a coordinator that is never swapped, left open
   * @param name of the coordinator, and of the place where it is until it is swapped
   * @param places by name, null for one that is not configured on this node
   */
  public SwapMember(
      Coordinator recorded,
      String name,
      String node,
      Function<String, CoordinatorPlace> places,
      ServiceLoop loop,
      Timing timing) {
    this(new SwapNode(recorded, node, () -> Set.of(node), places, loop, timing), name);
  }

  SwapMember(SwapNode node, String name) {
    this.node = node;
    this.records = new SwapRecords(node.recorded, name);
    this.name = name;
    this.loop = node.loop;
    this.lease = node.lease;
    this.users = new SwapUsers(node.places, name, node.name, loop);
    this.pursuit =
        new SwapPursuit(node.recorded, records, node.name, node.places, loop, node.timing);
    this.follower =
        new Follower<>(node.recorded, records.scope(), loop, AGAIN_MS, Last::new, this::changed);
    node.add(this);
  }

  /**
   * As {@link #start}.
   *
   * @param acted told, on the loop, whenever it has acted upon a record
   */
  public SwapMember start(Runnable acted) {
    told = acted;
    return start();
  }

  /** Begins to follow the record, when none before of the same name on this node says anything any more. */
  public SwapMember start() {
    loop.execute(() -> loop.then(node.left(name), (gone, problem) -> begin()));
    return this;
  }

  private void begin() {
    if (closed) {
      left.complete(null);
    } else {
      lease.want(leased);
      follower.start();
    }
  }

  // ---- who uses it ----------------------------------------------------------------------------

  /**
   * A coordinator where all is as far as is known, which goes along with every swap; its user shuts it down.
   * What it is asked before it is known where all is waits, unless its provider vouches for what it says.
   *
   * @param client shown to people
   */
  public CompletionStage<Coordinator> use(String client) {
    CompletableFuture<Coordinator> used = new CompletableFuture<>();
    loop.execute(() -> use(client, used));
    return used;
  }

  /**
   * Takes along a coordinator that was made where nothing was recorded yet.
   *
   * @param client shown to people
   */
  public void adopt(String client, SwappableCoordinator coordinator) {
    loop.execute(() -> join(client, coordinator, SwapRecord.FIRST_EPOCH));
  }

  private void join(String client, SwappableCoordinator coordinator, long epoch) {
    users.join(new SwapUser(client, coordinator, epoch, loop), this::record);
  }

  /** Null if there is none, or it is not known. */
  private SwapRecord record() {
    return known == null ? null : known.record();
  }

  /** The place that serves, null while that is not known. */
  public String serving() {
    SwapRecords.Read now = acted;
    return now == null ? null : now.record() == null ? name : now.record().serving();
  }

  private void use(String client, CompletableFuture<Coordinator> used) {
    SwapRecord now = record();
    String serving = now == null ? name : now.serving();
    long epoch = now == null ? SwapRecord.FIRST_EPOCH : now.epoch();
    CoordinatorPlace place = closed ? null : node.places.apply(serving);
    if (place == null) {
      used.completeExceptionally(closed ? Routing.closed() : users.unknown(serving));
      return;
    }
    loop.then(
        place.open(client, epoch),
        (opened, problem) -> {
          if (problem != null) {
            used.completeExceptionally(Routing.cause(problem));
          } else if (closed) {
            opened.shutdown();
            used.completeExceptionally(Routing.closed());
          } else {
            SwappableCoordinator coordinator = new SwappableCoordinator(name, opened, this, loop);
            join(client, coordinator, epoch);
            used.complete(coordinator);
          }
        });
  }

  @Override
  public boolean holds() {
    CoordinatorSession session = toldBy;
    return session != null && !closed && lease.isFresh(session);
  }

  @Override
  public String why() {
    String record =
        acted == null
            ? ": the record of its swaps, at " + node.recorded.name() + ", has not been read yet"
            : ": " + node.recorded.name() + ", where its swaps are recorded, does not answer";
    return (holds() ? "" : record + "; has that group a quorum?") + trouble;
  }

  // ---- the record -----------------------------------------------------------------------------

  /** The record as it was seen last. */
  private static final class Last implements Mirror {
    private SwapRecords.Read read = new SwapRecords.Read(null, 0);

    @Override
    public void put(KeyEntry entry) {
      if (entry.modRevision() > read.revision()) {
        read = SwapRecords.Read.of(entry);
      }
    }

    @Override
    public void apply(KeyEvent event) {
      if (!event.deleted()) {
        put(event.entry());
      }
    }

    @Override
    public void at(long revision) {
      // Only the record counts.
    }
  }

  private void changed(Last last) {
    known = last.read;
    act();
    pursuit.changed(known);
  }

  /** Acts upon what is known, and tells that it has. */
  private void act() {
    CoordinatorSession session = lease.session();
    boolean done = known == acted && session == toldBy;
    if (acting || closed || known == null || session == null || done) {
      return;
    }
    acting = true;
    SwapRecords.Read now = known;
    loop.then(
        now.record() == null ? CompletableFuture.completedFuture("") : users.act(now.record()),
        (objection, problem) -> {
          trouble = problem == null ? "" : "; " + Routing.cause(problem).getMessage();
          if (problem != null) {
            actAgain();
          } else {
            tell(now, session, objection);
          }
        });
  }

  private void actAgain() {
    loop.after(
        AGAIN_MS,
        () -> {
          acting = false;
          act();
        });
  }

  private void tell(SwapRecords.Read now, CoordinatorSession session, String objection) {
    SwapRecord record = now.record();
    SwapRecords.Acted reached =
        record == null
            ? new SwapRecords.Acted(0, SwapPhase.RETIRED, "")
            : new SwapRecords.Acted(record.number(), record.phase(), objection);
    telling = records.tell(now, node.name, reached, session.id()).toCompletableFuture();
    loop.then(
        telling,
        (at, problem) -> {
          if (problem != null || at == 0) {
            actAgain(); // the record has changed, or whether it is told is not known
            return;
          }
          acting = false;
          toldAt = at;
          acted = now;
          toldBy = session;
          told.run();
          act();
        });
  }

  // ---- what is asked for ----------------------------------------------------------------------

  /** The last swap or the one under way; null if there was none. */
  public CompletionStage<SwapRecord> last() {
    return records.read().thenApply(SwapRecords.Read::record);
  }

  /**
   * What a swap would find; changes nothing.
   *
   * @param to the place of the target
   */
  public CompletionStage<SwapPlan> plan(String to) {
    return records
        .read()
        .thenCompose(
            read ->
                records
                    .nodes()
                    .thenCompose(
                        nodes ->
                            new SwapPlanner(node.places, node.name)
                                .plan(
                                    next(read, to, true, ""),
                                    new TreeSet<>(nodes.acted().keySet()))));
  }

  /** As {@link #plan} where nothing is recorded yet: what the first swap would find. */
  public static CompletionStage<SwapPlan> first(
      String name, String to, String node, Function<String, CoordinatorPlace> places) {
    if (name.equals(to)) {
      return CompletableFuture.failedFuture(isThere(name, to));
    }
    SwapRecord wanted =
        new SwapRecord(
            1,
            SwapPhase.PLANNED,
            name,
            to,
            SwapRecord.FIRST_EPOCH,
            SwapRecord.FIRST_EPOCH + 1,
            true,
            0,
            0,
            "",
            "",
            0,
            List.of(),
            0);
    return new SwapPlanner(places, node).plan(wanted, Set.of(node));
  }

  /**
   * Lets all go on at another place; completes when that is recorded. From then on the nodes need nobody.
   *
   * @param acceptLoss whether the target may lack capabilities
   * @param by who wants it
   * @return fails with INVALID if a swap is under way, or all is there already; the first one with
   *     UNAVAILABLE while nodes might not hear of it, unless the coordinator is one of a group
   */
  public CompletionStage<SwapRecord> swap(String to, boolean acceptLoss, String by) {
    return records
        .read()
        .thenCompose(
            read -> {
              SwapRecord wanted = next(read, to, acceptLoss, by);
              return (read.record() == null ? mayBegin() : CompletableFuture.completedFuture(null))
                  .thenCompose(may -> records.plan(read, wanted));
            })
        .thenCompose(
            planned ->
                planned == null // the record has changed: perhaps by another swap
                    ? swap(to, acceptLoss, by)
                    : CompletableFuture.completedFuture(planned.record()));
  }

  /** The first swap: who has never heard of one reads on at home, unless that place refuses it. */
  private CompletionStage<?> mayBegin() {
    CoordinatorPlace home = node.places.apply(name);
    if (home == null) {
      return CompletableFuture.failedFuture(users.unknown(name));
    }
    return home.open("swap", SwapRecord.FIRST_EPOCH)
        .thenCompose(
            opened -> {
              boolean vouches = opened instanceof Movable movable && movable.vouches();
              opened.shutdown();
              return vouches ? CompletableFuture.completedFuture(null) : node.whenAllFollow();
            });
  }

  private SwapRecord next(SwapRecords.Read read, String to, boolean acceptLoss, String by) {
    SwapRecord last = read.record();
    if (last != null && !last.phase().isOver()) {
      throw new CoordinationException(
          Code.INVALID,
          "swap " + last.number() + " of '" + name + "' to '" + last.to() + "' is under way");
    }
    String from = last == null ? name : last.serving();
    if (from.equals(to)) {
      throw isThere(name, to);
    }
    long epoch = last == null ? SwapRecord.FIRST_EPOCH : last.epoch();
    long highest = last == null ? SwapRecord.FIRST_EPOCH : last.toEpoch();
    return new SwapRecord(
        last == null ? 1 : last.number() + 1,
        SwapPhase.PLANNED,
        from,
        to,
        epoch,
        highest + 1,
        acceptLoss,
        0,
        0,
        "",
        by,
        loop.wallMs(),
        last == null ? List.of() : last.left(),
        last == null ? 0 : last.fence());
  }

  private static CoordinationException isThere(String name, String place) {
    return new CoordinationException(Code.INVALID, "'" + name + "' is at '" + place + "' already");
  }

  /** Stops to follow: who uses it is left where it is, and what it is told is not believed any more. */
  @Override
  public void close() {
    leave();
  }

  /** As {@link #close}; completes when no swap waits for this node, or that could not be said. */
  CompletionStage<Void> leave() {
    closed = true;
    node.remove(this, name, left);
    loop.execute(
        () -> {
          follower.stop();
          pursuit.stop();
          users.forget();
          if (lease.leave(leased)) {
            loop.then(
                lease.session() == null
                    ? lease.ended()
                    : telling.handle((at, unknown) -> at).thenCompose(this::forget),
                (done, problem) -> left.complete(null));
          }
        });
    return left;
  }

  private CompletionStage<Void> forget(Long justTold) {
    long last = Math.max(toldAt, justTold == null ? 0 : justTold);
    return last == 0 ? CompletableFuture.completedFuture(null) : records.forget(node.name, last);
  }
}
