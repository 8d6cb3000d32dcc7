package org.quorate.coordinator.zk;

import java.util.TreeMap;
import org.apache.zookeeper.KeeperException.Code;
import org.quorate.coordinator.zk.state.Applied;
import org.quorate.coordinator.zk.state.Command;
import org.quorate.coordinator.zk.state.Entry;
import org.quorate.coordinator.zk.state.Machine;
import org.quorate.coordinator.zk.state.Wire;
import org.quorate.spi.coordination.CoordinationException;

/**
 * Reads the log and applies it. When all is read it has a one-shot watch on the entry that comes next,
 * and costs nobody anything until that is there. On the coordinator's thread alone.
 */
final class Replica {
  /** Entries asked for at a time. */
  private static final int AHEAD = 256;

  private final Ensemble ensemble;
  private final Follower follower;
  private final History history = new History();
  private final TreeMap<Long, Ensemble.Node> arrived = new TreeMap<>();
  private Machine machine = new Machine();
  private Position at = Position.BEGIN;
  private long known;
  private long asked;

  /** Answers to what was asked before it rose are dropped. */
  private int term;

  private boolean awaiting;
  private boolean looking;
  private boolean lookAgain;

  /** Is told what happens to the replica. */
  interface Follower {
    /** An entry was applied. */
    void applied(Entry entry, Applied applied);

    /** All entries known of are applied. */
    void caughtUp();

    /** The connection let an answer be lost: {@link #resume} is wanted once there is one again. */
    void stalled();

    /** Entries are gone that were not read: {@link #restart} is wanted, from a snapshot. */
    void leftBehind();

    /** What is stored cannot be read. */
    void broken(CoordinationException why);
  }

  Replica(Ensemble ensemble, Follower follower) {
    this.ensemble = ensemble;
    this.follower = follower;
  }

  Machine machine() {
    return machine;
  }

  History history() {
    return history;
  }

  /** What was applied. */
  Position position() {
    return at;
  }

  /** Goes on from a snapshot. */
  void restart(Machine from, Position position) {
    machine = from;
    history.restart(from.revision());
    at = position;
    known = position.next();
    resume();
  }

  /** Asks anew for all that is not here. */
  void resume() {
    term++;
    arrived.clear();
    asked = at.next();
    awaiting = false;
    looking = false;
    lookAgain = false;
    look();
  }

  /** So many entries are known to be in a folder. */
  void heard(int folder, long entries) {
    if (folder == at.folder() && entries > known) {
      known = entries;
      read();
    }
  }

  private void look() {
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = true;
    int mine = term;
    int folder = at.folder();
    ensemble.tail(
        folder,
        (code, entries) -> {
          if (mine != term) {
            return;
          }
          looking = false;
          if (code != Code.OK) {
            failed(code);
            return;
          }
          known = Math.max(known, entries);
          if (lookAgain) {
            lookAgain = false;
            look();
          }
          read();
          settle();
        });
  }

  private void read() {
    while (asked < known && asked < at.next() + AHEAD) {
      long number = asked++;
      int mine = term;
      ensemble.readEntry(
          at.folder(),
          number,
          (code, node) -> {
            if (mine == term) {
              arrived(number, code, node);
            }
          });
    }
  }

  private void arrived(long number, Code code, Ensemble.Node node) {
    if (code != Code.OK) {
      failed(code);
      return;
    }
    arrived.put(number, node);
    int mine = term;
    for (Ensemble.Node next = arrived.remove(at.next());
        next != null && mine == term;
        next = arrived.remove(at.next())) {
      apply(next);
    }
    if (mine == term) {
      read();
      settle();
    }
  }

  private void apply(Ensemble.Node node) {
    Entry entry;
    Applied applied;
    try {
      entry = Wire.decode(node.data());
      applied = machine.apply(entry, node.stat().getCzxid(), node.data().length);
    } catch (CoordinationException e) {
      term++;
      follower.broken(
          new CoordinationException(
              e.code(),
              "entry " + at.next() + " of folder " + at.folder() + ": " + e.getMessage()));
      return;
    }
    at = new Position(at.folder(), at.next() + 1);
    boolean last = entry.command() instanceof Command.NextFolder && !applied.repeated();
    if (last) {
      at = new Position(at.folder() + 1, 0);
      known = 0;
    }
    history.add(machine.revision(), applied.events());
    follower.applied(entry, applied);
    if (last) {
      resume();
    }
  }

  private void settle() {
    if (at.next() < known || looking || awaiting) {
      return;
    }
    awaiting = true;
    int mine = term;
    ensemble.await(
        at.folder(),
        at.next(),
        () -> {
          if (mine == term) {
            awaiting = false;
            look();
          }
        },
        (code, nothing) -> {
          if (mine == term && code == Code.OK) {
            awaiting = false;
            look();
          } else if (mine == term && code != Code.NONODE) {
            failed(code);
          }
        });
    // An entry that came and was deleted again before the watch was set looks like one yet to come.
    look();
    follower.caughtUp();
  }

  private void failed(Code code) {
    term++;
    if (code == Code.NONODE) {
      follower.leftBehind();
    } else {
      follower.stalled();
    }
  }
}
