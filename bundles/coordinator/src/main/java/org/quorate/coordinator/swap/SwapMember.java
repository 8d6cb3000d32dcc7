package org.quorate.coordinator.swap;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.kit.Follower;
import org.quorate.spi.coordination.kit.Mirror;
import org.quorate.spi.coordination.kit.ServiceLoop;

/**
 * A node's part in the swaps of one coordinator: it follows the record, lets who uses the coordinator go
 * where the record says, tells how far it has acted, and takes its turn to work on a swap that is under
 * way. The record alone says which provider serves. Thread-safe.
 */
public final class SwapMember implements AutoCloseable {
  private static final long AGAIN_MS = 100;

  /** How long listeners of watches are waited for. */
  private static final long LINGER_MS = 30_000;

  private final SwapRecords records;
  private final String name;
  private final String node;
  private final Function<String, CoordinatorPlace> places;
  private final ServiceLoop loop;
  private final NodeLease lease;
  private final Follower<Last> follower;
  private final SwapPursuit pursuit;

  // On the loop.
  private final Set<SwapUser> users = new LinkedHashSet<>();
  private final List<Runnable> waiting = new ArrayList<>();
  private SwapRecords.Read known;
  private boolean acting;
  private volatile SwapRecords.Read acted;
  private volatile CoordinatorSession toldBy;
  private volatile Runnable told = () -> {};
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
  }

  /**
   * Makes one.
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
    this.records = new SwapRecords(recorded, name);
    this.name = name;
    this.node = node;
    this.places = places;
    this.loop = loop;
    this.lease = new NodeLease(recorded, loop, node, timing.ttlMs(), this::act);
    this.pursuit = new SwapPursuit(recorded, records, node, places, loop, timing);
    this.follower =
        new Follower<>(recorded, records.scope(), loop, AGAIN_MS, Last::new, this::changed);
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

  /** Begins to follow the record. */
  public SwapMember start() {
    loop.execute(
        () -> {
          lease.start();
          follower.start();
        });
    return this;
  }

  // ---- who uses it ----------------------------------------------------------------------------

  /**
   * A coordinator where all is now, which goes along with every swap; its user shuts it down.
   *
   * @param client shown to people
   */
  public CompletionStage<Coordinator> use(String client) {
    CompletableFuture<Coordinator> used = new CompletableFuture<>();
    loop.execute(() -> whenActed(() -> use(client, used)));
    return used;
  }

  private void join(String client, SwappableCoordinator coordinator, long epoch) {
    SwapUser user = new SwapUser(client, coordinator, epoch, loop);
    users.add(user);
    coordinator.whenShutdown(() -> loop.execute(() -> gone(user)));
  }

  /**
   * Takes along a coordinator that was made where nothing was recorded yet. Before {@link #start}.
   *
   * @param client shown to people
   */
  public void adopt(String client, SwappableCoordinator coordinator) {
    loop.execute(() -> join(client, coordinator, SwapRecord.FIRST_EPOCH));
  }

  private void whenActed(Runnable then) {
    if (acted != null || closed) {
      then.run();
    } else {
      waiting.add(then);
    }
  }

  /** The place that serves, null while that is not known. */
  public String serving() {
    SwapRecords.Read now = acted;
    return now == null ? null : now.record() == null ? name : now.record().serving();
  }

  private long epoch() {
    return known.record() == null ? SwapRecord.FIRST_EPOCH : known.record().epoch();
  }

  private void use(String client, CompletableFuture<Coordinator> used) {
    String serving = closed || known.record() == null ? name : known.record().serving();
    CoordinatorPlace place = closed ? null : places.apply(serving);
    if (place == null) {
      used.completeExceptionally(closed ? Routing.closed() : unknown(serving));
      return;
    }
    long epoch = epoch();
    loop.then(
        place.open(client, epoch),
        (opened, problem) -> {
          if (problem != null) {
            used.completeExceptionally(Routing.cause(problem));
          } else if (closed) {
            opened.shutdown();
            used.completeExceptionally(Routing.closed());
          } else if (epoch != epoch()) {
            opened.shutdown();
            use(client, used);
          } else {
            used.complete(used(client, opened, epoch));
          }
        });
  }

  private Coordinator used(String client, Coordinator opened, long epoch) {
    SwappableCoordinator coordinator = new SwappableCoordinator(name, opened, this::holds, loop);
    join(client, coordinator, epoch);
    if (isHeld(known)) {
      coordinator.hold();
    }
    return coordinator;
  }

  private void gone(SwapUser user) {
    user.forget();
    users.remove(user);
  }

  private static boolean isHeld(SwapRecords.Read read) {
    if (read.record() == null) {
      return false;
    }
    return switch (read.record().phase()) {
      case SEALED, TAKEN, ABORTING -> true;
      default -> false;
    };
  }

  /** Whether no swap can have passed this node by. From any thread. */
  public boolean holds() {
    CoordinatorSession session = toldBy;
    return session != null && session == lease.session() && lease.isFresh();
  }

  private CoordinationException unknown(String place) {
    return new CoordinationException(
        Code.INVALID,
        "coordinator '"
            + name
            + "' is at '"
            + place
            + "' by the record of its swaps, and none of that name is configured on node "
            + node);
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
        act(now),
        (objection, problem) -> {
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
    loop.then(
        records.tell(now, node, reached, session.id()),
        (done, problem) -> {
          if (problem != null || !done) {
            actAgain(); // the record has changed, or whether it is told is not known
            return;
          }
          acting = false;
          acted = now;
          toldBy = session;
          List<Runnable> then = List.copyOf(waiting);
          waiting.clear();
          then.forEach(Runnable::run);
          told.run();
          act();
        });
  }

  /** What the record wants of a node; completes with an objection, "" for none. */
  private CompletionStage<String> act(SwapRecords.Read now) {
    SwapRecord record = now.record();
    return record == null
        ? CompletableFuture.completedFuture("")
        : caughtUp(record).thenComposeAsync(done -> act(record), loop);
  }

  /** Who was away while others swapped goes where this swap begins, also if it is given up. */
  private CompletionStage<Void> caughtUp(SwapRecord record) {
    List<SwapUser> behind =
        record.phase().isSwitched()
            ? List.of() // they turn
            : users.stream().filter(user -> user.isBehind(record)).toList();
    CoordinatorPlace source = behind.isEmpty() ? null : places.apply(record.from());
    if (!behind.isEmpty() && source == null) {
      return CompletableFuture.failedFuture(unknown(record.from()));
    }
    CompletableFuture<?>[] going =
        behind.stream()
            .map(user -> user.catchUp(record, source).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(going).completeOnTimeout(null, LINGER_MS, TimeUnit.MILLISECONDS);
  }

  private CompletionStage<String> act(SwapRecord record) {
    return switch (record.phase()) {
      case PLANNED -> CompletableFuture.completedFuture("");
      case WARMING -> prepare(record);
      case SEALED, TAKEN, ABORTING -> {
        users.forEach(user -> user.coordinator().hold());
        yield CompletableFuture.completedFuture("");
      }
      case SWITCHED, RETIRED -> turn(record);
      case ABORTED -> {
        users.forEach(SwapUser::forget);
        users.forEach(user -> user.coordinator().resume());
        yield CompletableFuture.completedFuture("");
      }
    };
  }

  private CompletionStage<String> prepare(SwapRecord record) {
    CoordinatorPlace target = places.apply(record.to());
    if (target == null) {
      return CompletableFuture.completedFuture(
          "no coordinator '" + record.to() + "' is configured there");
    }
    CompletableFuture<?>[] opening =
        users.stream()
            .map(user -> user.prepare(record, target).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(opening)
        .handle((all, problem) -> problem == null ? "" : Routing.cause(problem).getMessage());
  }

  private CompletionStage<String> turn(SwapRecord record) {
    CoordinatorPlace target = places.apply(record.to());
    if (target == null) {
      return CompletableFuture.failedFuture(unknown(record.to()));
    }
    List<CompletableFuture<Void>> turning = new ArrayList<>();
    users.forEach(user -> turning.add(user.turn(record, target).toCompletableFuture()));
    return CompletableFuture.allOf(turning.toArray(CompletableFuture<?>[]::new))
        .completeOnTimeout(null, LINGER_MS, TimeUnit.MILLISECONDS)
        .thenApply(all -> "");
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
                            new SwapPlanner(places, node)
                                .plan(
                                    next(read, to, true, ""),
                                    new TreeSet<>(nodes.acted().keySet()))));
  }

  /** As {@link #plan} where nothing is recorded yet: what the first swap would find. */
  public static CompletionStage<SwapPlan> first(
      String name, String to, String node, Function<String, CoordinatorPlace> places) {
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
            List.of());
    return new SwapPlanner(places, node).plan(wanted, Set.of(node));
  }

  /**
   * Lets all go on at another place; completes when that is recorded. From then on the nodes need nobody.
   *
   * @param acceptLoss whether the target may lack capabilities
   * @param by who wants it
   * @return fails with INVALID if a swap is under way, or all is there already
   */
  public CompletionStage<SwapRecord> swap(String to, boolean acceptLoss, String by) {
    return records
        .read()
        .thenCompose(read -> records.plan(read, next(read, to, acceptLoss, by)))
        .thenCompose(
            planned ->
                planned == null // the record has changed: perhaps by another swap
                    ? swap(to, acceptLoss, by)
                    : CompletableFuture.completedFuture(planned.record()));
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
      throw new CoordinationException(Code.INVALID, "'" + name + "' is at '" + to + "' already");
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
        last == null ? List.of() : last.left());
  }

  /** Stops to follow: who uses it is left where it is, and what it is told is not believed any more. */
  @Override
  public void close() {
    closed = true;
    loop.execute(
        () -> {
          follower.stop();
          lease.stop();
          pursuit.stop();
          users.forEach(SwapUser::forget);
          List.copyOf(waiting).forEach(Runnable::run);
          waiting.clear();
        });
  }
}
