package org.quorate.tck.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.core.log.LogPoint;
import org.quorate.core.snapshot.SnapshotHost;
import org.quorate.core.storage.ReplicaStores;
import org.quorate.core.storage.StorageMark;
import org.quorate.core.storage.StorageMove;
import org.quorate.core.storage.StorageMove.Phase;
import org.quorate.simulator.disk.SimDisk;
import org.quorate.simulator.engine.EventQueue;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;
import org.quorate.spi.storage.StorageException;

/**
 * The stores of a replica that is written to while it moves from one simulated disk to another. All
 * happens in numbered steps: tasks, and what happens on a disk within one.
 */
final class MovedReplica implements StorageMove.Host, StorageMark {
  /** What is moved. */
  enum What {
    LOG,
    STATE,
    BOTH
  }

  /** Damage is found only where some was done, and nothing is written after that. */
  private final class Damages extends SteppedStorages.Quiet {
    @Override
    public void corruptionFound(String what) {
      if (damagedAt == NEVER) {
        super.corruptionFound(what);
      }
    }

    @Override
    public void wroteAfterCorruption(String what) {
      throw new AssertionError("written though damage was found: " + what);
    }
  }

  /** The process ends here. */
  private static final class Cut extends Error {
    private static final long serialVersionUID = 1L;
  }

  private static final GroupId GROUP = GroupId.of("g");
  private static final int NEVER = Integer.MAX_VALUE;

  private final EventQueue queue = new EventQueue();
  private final SplittableRandom random;
  private final What what;
  private final SimDisk from;
  private final SimDisk to;
  private final ReplicaStores stores;
  private final StateStore state;
  private final SnapshotStore snapshots;
  private final TestLoop unused = new TestLoop();
  private final Map<Long, LinkProbe> links = new TreeMap<>();
  private final TreeMap<Bytes, Bytes> committed = new TreeMap<>();
  private final StorageMove move;
  private StateCursor walk;
  private long applied;
  private int step;
  private int steps;
  private int cutAt = NEVER;
  private int closeAt = NEVER;
  private int breakAt = NEVER;
  private int abortAt = NEVER;
  private int unreadableAt = NEVER;
  private int damagedAt = NEVER;
  private int retiredAt = NEVER;
  private StorageException.Kind breakWith;
  private int more = 25;
  private boolean broken;
  private boolean resting;
  private boolean retiring;
  private boolean closing;
  private boolean down;
  private boolean failed;
  private boolean switched;
  private boolean remains = true;
  private long loopUs;
  private String why = "";

  MovedReplica(long seed, What what) {
    this.what = what;
    random = new SplittableRandom(seed);
    SteppedStorages.Quiet quiet = new Damages();
    from = new SimDisk(queue, new Rng(random.nextLong()), "old", quiet, null);
    to = new SimDisk(queue, new Rng(random.nextLong()), "new", quiet, null);
    // What an earlier move has left must not come to life again.
    for (long epoch : new long[] {1, 9}) {
      LinkStore dead = to.logs().open(GROUP, epoch, loop());
      dead.stable().save(Bytes.utf8("dead"), new Pending(1, null));
      dead.close();
    }
    stores = new ReplicaStores(GROUP, logs(from), states(from));
    state = stores.states().open(GROUP);
    snapshots = stores.states().snapshots(GROUP);
    for (long epoch = 1; epoch <= 2; epoch++) {
      open(epoch);
      for (int i = random.nextInt(40); i > 0; i--) {
        write(epoch);
      }
    }
    move =
        new StorageMove(
            stores,
            what == What.STATE ? null : logs(to),
            what == What.LOG ? null : states(to),
            this,
            this,
            loop(),
            this::worker,
            (phase, reason) -> why = reason);
  }

  private LogStorage logs(SimDisk disk) {
    return SteppedStorages.logs(disk.logs(), this::step, disk == to ? this::opening : () -> {});
  }

  private void opening() {
    if (broken) {
      broken = false;
      throw new StorageException(breakWith, "new: cannot be opened: " + breakWith);
    }
  }

  private StateStorage states(SimDisk disk) {
    return SteppedStorages.states(disk.states(), this::step);
  }

  // ---- time ----------------------------------------------------------------------------------

  private Executor loop() {
    return task -> {
      loopUs = Math.max(loopUs, queue.nowUs() + random.nextInt(20));
      queue.at(loopUs, () -> task(task));
    };
  }

  private void worker(Runnable task) {
    queue.after(random.nextInt(400), () -> task(task));
  }

  private void task(Runnable task) {
    if (!down) {
      step();
      task.run();
    }
  }

  /** The process may end here. */
  private void step() {
    step++;
    if (step == breakAt) {
      broken = true;
      to.faults().failNextSync(breakWith);
      to.faults().failNextBlocking(breakWith);
    }
    if (step == unreadableAt) {
      from.faults().failNextRead();
    }
    if (step == damagedAt) {
      from.flipLogByte();
    }
    if (step == retiredAt) {
      retire();
    }
    if (step == abortAt) {
      queue.after(0, () -> task(() -> move.abort("by the test")));
    }
    if (step == cutAt) {
      throw new Cut();
    }
  }

  int steps() {
    return steps;
  }

  /** The process dies in the middle of what it does. */
  void cutAt(int at) {
    cutAt = at;
  }

  /** The replica is closed between two tasks. */
  void closeAt(int at) {
    closeAt = at;
  }

  void breakNewStorageAt(int at, StorageException.Kind kind) {
    breakAt = at;
    breakWith = kind;
  }

  /** The old storage fails the first read after that step. */
  void unreadableAt(int at) {
    unreadableAt = at;
  }

  /** A byte of the old log flips at that step. */
  void damagedAt(int at) {
    damagedAt = at;
  }

  /** Link 2 is closed on another thread at that step, in the middle of what goes on, and deleted soon. */
  void retireAt(int at) {
    retiredAt = at;
  }

  void abortAt(int at) {
    abortAt = at;
  }

  /** Runs until the process ends, or some while after the move has. */
  void run() {
    move.start(0, Long.MAX_VALUE / 2);
    queue.after(0, () -> task(this::work));
    try {
      while (!down && queue.runNext()) {
        if (step >= closeAt && !closing) {
          close();
        }
        if (step > 10_000) {
          throw new AssertionError("the move does not end: " + move.phase());
        }
      }
      steps = step;
      settle();
    } catch (Cut cut) {
      down = true;
    }
  }

  /** What was written and goes on is answered. */
  private void settle() {
    if (closing || failed) {
      return;
    }
    closing = true;
    down = false;
    for (int i = 0; i < 200 && !failed; i++) {
      queue.runNext();
    }
    down = true;
    links.forEach(
        (epoch, link) -> {
          if (!failed && link.failed() == 0 && link.durable() < link.writes()) {
            throw new AssertionError("link " + epoch + ": a write is never answered");
          }
        });
  }

  private void work() {
    if (closing) {
      return;
    }
    move.tick(queue.nowUs() / 1000);
    int choice = random.nextInt(24);
    if (choice == 0 && !links.containsKey(3L)) {
      worker(() -> open(3));
    } else if (choice == 1 && walk == null) {
      walk = state.scan(Bytes.EMPTY, null);
    } else if (choice == 2 && walk != null) {
      walk.close();
      walk = null;
    } else if (choice == 3) {
      worker(this::retire);
    } else if (choice < 10 && !resting) {
      commit();
    } else {
      List<Long> open = new ArrayList<>(links.keySet());
      write(open.get(random.nextInt(open.size())));
    }
    if (move.phase().ended() && more-- <= 0 && !retiring) {
      down = true;
    } else {
      queue.after(random.nextInt(300), () -> task(this::work));
    }
  }

  private void retire() {
    LinkProbe ended = links.remove(2L);
    if (ended != null) {
      retiring = true;
      ended.store().close();
      queue.after(300, () -> task(() -> worker(this::delete)));
    }
  }

  private void delete() {
    stores.logs().delete(GROUP, 2);
    retiring = false;
  }

  private void open(long epoch) {
    if (!closing && !links.containsKey(epoch)) {
      LinkStore store;
      try {
        store = stores.logs().open(GROUP, epoch, loop());
      } catch (StorageException e) {
        if (!switched) {
          throw new AssertionError("the new storage keeps a link from being opened", e);
        }
        failed("opening link " + epoch + ": " + e.getMessage(), e);
        return;
      }
      links.put(epoch, new LinkProbe(store, unused, LogState.of(store)));
    }
  }

  private void write(long epoch) {
    LinkProbe link = links.get(epoch);
    link.issue(RandomOps.next(random, link.expected(), 40));
  }

  private void commit() {
    TreeMap<Bytes, Bytes> changes = new TreeMap<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      changes.put(Bytes.utf8("k" + random.nextInt(30)), Bytes.ofLong(random.nextLong()));
    }
    try {
      state.commit(new StateBatch(changes, applied + 1));
    } catch (StorageException e) {
      failed("state: " + e.getMessage(), e);
      return;
    }
    applied++;
    committed.putAll(changes);
  }

  private void close() {
    closing = true;
    move.cancel(() -> down = true);
    links.values().forEach(link -> link.store().close());
    snapshots.close();
    state.close();
  }

  // ---- the end -------------------------------------------------------------------------------

  Phase phase() {
    return move.phase();
  }

  String why() {
    return why;
  }

  boolean failed() {
    return failed;
  }

  void crash() {
    from.crash();
    to.crash();
  }

  boolean movedAndOldIsEmpty() {
    return switched
        && !remains
        && empty(from)
        && (what == What.STATE || links.keySet().containsAll(to.logs().links(GROUP)));
  }

  boolean newIsEmpty() {
    return !switched && !remains && empty(to);
  }

  private boolean empty(SimDisk disk) {
    StateStore store = disk.states().open(GROUP);
    return (what == What.STATE || disk.logs().links(GROUP).isEmpty())
        && (what == What.LOG || store.applied() == 0 && store.get(Bytes.utf8("k1")) == null);
  }

  /** What the mark names holds all that was promised. */
  void verify(String context) {
    from.faults().clear();
    SimDisk log = switched && what != What.STATE ? to : from;
    links.forEach(
        (epoch, link) -> {
          LinkStore store = log.logs().open(GROUP, epoch, Runnable::run);
          String objection = link.objection(LogState.of(store));
          store.close();
          if (objection != null) {
            throw new AssertionError(context + ", link " + epoch + ": " + objection);
          }
        });
    StateStore found = (switched && what != What.LOG ? to : from).states().open(GROUP);
    TreeMap<Bytes, Bytes> content = new TreeMap<>();
    try (StateCursor all = found.scan(Bytes.EMPTY, null)) {
      while (all.next()) {
        content.put(all.key(), all.value());
      }
    }
    if (found.applied() != applied || !content.equals(committed)) {
      throw new AssertionError(
          context + ": state at " + found.applied() + " of " + applied + ": " + content);
    }
  }

  // ---- what the move needs -------------------------------------------------------------------

  @Override
  public void begin() {
    step();
    remains = true;
    step();
  }

  @Override
  public void switched() {
    step();
    switched = true;
    step();
  }

  @Override
  public void cleared() {
    step();
    remains = false;
    step();
  }

  @Override
  public void atRest(SnapshotHost.ImageUser user) {
    queue.after(random.nextInt(500), () -> task(() -> rest(user)));
  }

  private void rest(SnapshotHost.ImageUser user) {
    resting = true;
    user.use(state, new LogPoint(1, applied), () -> resting = false);
  }

  @Override
  public boolean suspendSnapshots() {
    return random.nextBoolean();
  }

  @Override
  public void resumeSnapshots() {}

  @Override
  public boolean sendingSnapshots() {
    return random.nextInt(3) == 0;
  }

  @Override
  public void checkpoint() {}

  @Override
  public void failed(String reason, Throwable cause) {
    why = reason;
    failed = true;
    down = true;
  }
}
