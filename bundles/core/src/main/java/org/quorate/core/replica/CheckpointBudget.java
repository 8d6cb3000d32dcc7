package org.quorate.core.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * What the groups of a node share: heap for changes in memory, and turns to write checkpoints. From
 * half of the heap on, the group that holds most is to checkpoint; when all is used proposals are
 * refused. Thread-safe.
 */
public final class CheckpointBudget {
  /** Checkpoints at once, so that a large one does not hold up all others. */
  private static final int TURNS = 2;

  private final long maxBytes;
  private final LongConsumer sleep;
  private final AtomicLong used = new AtomicLong();
  private final List<Account> accounts = new ArrayList<>();
  private int running;

  /**
   * For one node.
   *
   * @param maxBytes heap for changes in memory, of all groups together
   * @param sleep blocks the calling worker for so many nanoseconds
   */
  public CheckpointBudget(long maxBytes, LongConsumer sleep) {
    this.maxBytes = maxBytes;
    this.sleep = sleep;
  }

  /** Without a bound, and with checkpoints as fast as they go. */
  public static CheckpointBudget unlimited() {
    return new CheckpointBudget(Long.MAX_VALUE, nanos -> {});
  }

  /** Blocks the calling worker. */
  void pause(long nanos) {
    sleep.accept(nanos);
  }

  /** Heap that the groups' changes take, with those kept to be read. */
  public long usedBytes() {
    return used.get();
  }

  public long maxBytes() {
    return maxBytes;
  }

  /** Checkpoints being written. */
  public synchronized int running() {
    return running;
  }

  /** For a group that opens. */
  synchronized Account open() {
    Account account = new Account();
    accounts.add(account);
    return account;
  }

  /** Part of one group; called on its loop, {@link #pause} on the worker that writes. */
  final class Account {
    private volatile long bytes;
    private boolean waiting;
    private boolean writing;
    private long refusals;

    /** Notes how much the group holds now. */
    void holds(long now) {
      used.addAndGet(now - bytes);
      bytes = now;
    }

    /** Whether no more changes may be taken in. */
    boolean full() {
      return used.get() >= maxBytes;
    }

    /** Used part of the node's budget, from 0. */
    double share() {
      return (double) used.get() / maxBytes;
    }

    /** Whether half of the budget is used up: what is kept only to be read should go. */
    boolean scarce() {
      return used.get() > maxBytes / 2;
    }

    /** Whether it is this group that should make room: none that could holds more. */
    boolean pressed() {
      if (!scarce()) {
        return false;
      }
      synchronized (CheckpointBudget.this) {
        return accounts.stream().noneMatch(a -> a != this && !a.writing && a.bytes > bytes);
      }
    }

    /**
     * Asks for a turn to write; who holds most of those that ask gets it first, and counts for the
     * more the more often it has asked.
     *
     * @param urgent to have one at once, whatever the others do
     */
    boolean begin(boolean urgent) {
      synchronized (CheckpointBudget.this) {
        boolean first = accounts.stream().noneMatch(a -> a.waiting && a.rank() > rank());
        if (!urgent && (running >= TURNS || !first)) {
          waiting = true;
          refusals++;
          return false;
        }
        waiting = false;
        refusals = 0;
        writing = true;
        running++;
        return true;
      }
    }

    private double rank() {
      return (double) bytes * (1 + refusals);
    }

    /** It cannot use a turn now, so that none is kept for it. */
    void withdraw() {
      synchronized (CheckpointBudget.this) {
        waiting = false;
      }
    }

    /** Gives the turn back. */
    void end() {
      synchronized (CheckpointBudget.this) {
        writing = false;
        running--;
      }
    }

    void pause(long nanos) {
      sleep.accept(nanos);
    }

    void close() {
      synchronized (CheckpointBudget.this) {
        accounts.remove(this);
        running -= writing ? 1 : 0;
        writing = false;
      }
      holds(0);
    }
  }
}
