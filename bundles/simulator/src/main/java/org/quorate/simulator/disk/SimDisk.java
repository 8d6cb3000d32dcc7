package org.quorate.simulator.disk;

import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.core.log.LogPoint;
import org.quorate.simulator.engine.EventQueue;
import org.quorate.simulator.engine.NodeCrash;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.files.LogOnFiles;

/**
 * The disk of one node, which outlives its processes. Logs are modelled as records with an image
 * that was issued and one that was synced; state and snapshots as content that blocking calls change
 * at once. A replica is in one of two places on it, or moves between them.
 */
public final class SimDisk {
  /** Told of what a report counts. */
  public interface Listener {
    void truncated();

    void corruptionFound(String what);

    /** A stable record was synced and its writer told so. */
    void stableSaved(String node);

    /** The state was replaced by a snapshot; the replica takes it over in a later step. */
    void stateReplaced(String node);

    /** A snapshot is complete on a node's disk. */
    default void snapshotComplete(String node, SnapshotStore.SnapshotId id, Bytes content) {}

    void wroteAfterCorruption(String what);
  }

  final EventQueue queue;
  final Rng rng;
  final Listener listener;
  private final String node;
  private final DiskFaults faults = new DiskFaults();
  private final LogOnFiles logStorage;
  private final Shelf[] shelves = new Shelf[2]; // the second when something is moved there
  private Mark mark = Mark.FIRST;
  private boolean crashDue;
  private boolean corruptionSeen;
  private boolean damaged;

  /**
   * An empty disk.
   *
   * @param logStorage what keeps the logs, on simulated files; null for a model at the level of
   *     records
   */
  public SimDisk(EventQueue queue, Rng rng, String node, Listener listener, LogOnFiles logStorage) {
    this.queue = queue;
    this.rng = rng;
    this.node = node;
    this.listener = listener;
    this.logStorage = logStorage;
    shelves[0] = new Shelf(this, node, "simulated", logStorage);
  }

  public DiskFaults faults() {
    return faults;
  }

  void snapshotComplete(SnapshotStore.SnapshotId id, Bytes content) {
    listener.snapshotComplete(node, id, content);
  }

  /** Whether a blocking call was cut by an armed crash; asking resets it. */
  public boolean takeCrash() {
    boolean due = crashDue;
    crashDue = false;
    return due;
  }

  /** The process died: of what was not synced some prefix stays. */
  public void crash() {
    for (Shelf shelf : shelves) {
      if (shelf != null) {
        shelf.crash();
      }
    }
    faults.clear();
    faults.newProcess();
    crashDue = false;
  }

  /** Flips a byte in a synced log record or stable record of some link; false if there is none. */
  public boolean flipLogByte() {
    boolean done = shelf(mark.log()).damageLog();
    damaged |= done;
    return done;
  }

  /** Flips a byte in the checkpointed state; false if there is none. */
  public boolean flipStateByte(GroupId group) {
    boolean done = shelf(mark.state()).damageState(group);
    damaged |= done;
    return done;
  }

  /** Whether the synced log or the checkpointed state of this disk covers a payload of a link. */
  public boolean holds(GroupId group, LogPoint at, long planId, Bytes payload, boolean atIndex) {
    return shelf(mark.state()).stateCovers(group, at, planId)
        || shelf(mark.log()).logHolds(group, at, planId, payload, atIndex);
  }

  /** Whether a byte was ever flipped. */
  public boolean damaged() {
    return damaged;
  }

  /** Whether a durable record was found damaged by a process. */
  public boolean corruptionSeen() {
    return corruptionSeen;
  }

  /** How long the next sync takes. */
  long syncUs() {
    long mean = faults.syncMeanUs;
    return (long) ((mean / 2 + rng.around(mean / 2)) * faults.slowness);
  }

  /** Whether the next sync is to fail; asking disarms it. */
  boolean takeSyncFault() {
    boolean due = faults.failNextSync != null;
    if (due) {
      faults.failNextSync = null;
      faults.strike();
    }
    return due;
  }

  /** A process was told that what it has is damaged. */
  void corruptionFound(String what) {
    corruptionSeen = true;
    listener.corruptionFound(what);
  }

  StorageException corrupt(String what) {
    corruptionFound(what);
    return new StorageException(StorageException.Kind.CORRUPT, what + ": checksum does not match");
  }

  void stableSaved() {
    listener.stableSaved(node);
  }

  void replaced(SimState state) {
    if (shelf(mark.state()).keeps(state)) {
      listener.stateReplaced(node);
    }
  }

  void beforeBlockingWrite(String what) {
    if (corruptionSeen) {
      listener.wroteAfterCorruption(what);
    }
    StorageException.Kind kind = faults.failNextBlocking;
    if (kind != null) {
      faults.failNextBlocking = null;
      faults.strike();
      throw new StorageException(kind, what + ": " + kind);
    }
    if (faults.crashInBlockingCalls == 0 && rng.chance(0.5)) {
      die(what);
    }
  }

  void afterBlockingWrite(String what) {
    if (faults.crashInBlockingCalls >= 0 && faults.crashInBlockingCalls-- == 0) {
      die(what);
    }
  }

  private void die(String what) {
    faults.crashInBlockingCalls = -1;
    crashDue = true;
    throw new NodeCrash(what);
  }

  /** The logs as one process opens them. */
  public LogStorage logs() {
    return shelf(mark.log()).logs();
  }

  /** State and snapshots as one process opens them. */
  public StateStorage states() {
    return shelf(mark.state()).states();
  }

  // ---- two places ----------------------------------------------------------------------------

  /**
   * Which of the two places hold a replica, durably.
   *
   * @param log the place of its log
   * @param state the place of its state
   * @param deadLog where there may be remains of a log, or -1
   * @param deadState where there may be remains of a state, or -1
   */
  public record Mark(int log, int state, int deadLog, int deadState) {
    static final Mark FIRST = new Mark(0, 0, -1, -1);
  }

  /** Where the replica is. */
  public Mark mark() {
    return mark;
  }

  /** Writes down where the replica is; blocks. */
  public void mark(Mark next) {
    beforeBlockingWrite(node + "/mark");
    mark = next;
    afterBlockingWrite(node + "/mark");
  }

  /** The logs of a place, 0 or 1, as one process opens them. */
  public LogStorage logs(int place) {
    return shelf(place).logs();
  }

  /** State and snapshots of a place, 0 or 1, as one process opens them. */
  public StateStorage states(int place) {
    return shelf(place).states();
  }

  private Shelf shelf(int place) {
    if (shelves[place] == null) {
      shelves[place] = new Shelf(this, node + "/moved", "other", logStorage);
    }
    return shelves[place];
  }
}
