package org.quorate.tck.protocol;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.storage.DurableToken;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StorageException;

/** A disk whose writes complete when the test says so, in the order they were issued. */
public final class TestDisk {
  private record Write(Pending pending, Runnable change) {}

  private final ArrayDeque<Write> pending = new ArrayDeque<>();
  private final List<DurableToken> completed = new ArrayList<>();
  private long numbers;
  private long issuedLast;

  // what survives a crash
  private Bytes stable;
  private long first = 1;
  private final List<Bytes> records = new ArrayList<>();
  private long applied;
  private Bytes linkState;

  /** What a loglet that is opened now finds. */
  public Recovered recover() {
    issuedLast = first + records.size() - 1;
    return new Recovered(stable, first, List.copyOf(records), applied, linkState);
  }

  /** Puts a stable record and a log there. */
  public void preset(Bytes stableRecord, List<Bytes> log) {
    stable = stableRecord;
    records.clear();
    records.addAll(log);
  }

  /** Writes records, replacing what was at and after the index. */
  public Pending append(long at, List<Bytes> added) {
    if (at > issuedLast + 1 || at < 1) {
      throw new IllegalStateException("append at " + at + " behind " + issuedLast);
    }
    issuedLast = at + added.size() - 1;
    return issue(
        () -> {
          if (at < first) {
            throw new IllegalStateException("append at " + at + " below " + first);
          }
          records.subList((int) (at - first), records.size()).clear();
          records.addAll(added);
        });
  }

  /** Replaces the stable record. */
  public Pending record(Bytes value) {
    return issue(() -> stable = value);
  }

  /** Drops the log. */
  public Pending reset(long next) {
    issuedLast = next - 1;
    return issue(
        () -> {
          records.clear();
          first = next;
        });
  }

  private Pending issue(Runnable change) {
    Pending p =
        new Pending(
            ++numbers,
            new Pending.Listener() {
              @Override
              public void durable(DurableToken token) {
                completed.add(token);
              }

              @Override
              public void failed(StorageException why) {
                throw why;
              }
            });
    pending.add(new Write(p, change));
    return p;
  }

  /** As the storage would: at once, and it may come back. */
  public void trim(long to) {
    while (first < to && !records.isEmpty()) {
      records.remove(0);
      first++;
    }
  }

  /** What the group's state says: applied up to an index, with the opaque state there. */
  public void checkpoint(long inner, Bytes state) {
    applied = inner;
    linkState = state;
  }

  /** Writes under way. */
  public int waiting() {
    return pending.size();
  }

  /** Completes the oldest writes; returns their tokens. */
  public List<DurableToken> complete(int count) {
    for (int i = 0; i < count && !pending.isEmpty(); i++) {
      Write write = pending.poll();
      write.change().run();
      write.pending().complete();
    }
    List<DurableToken> tokens = List.copyOf(completed);
    completed.clear();
    return tokens;
  }

  /** Power fails: of the writes under way the first {@code survive} are there, unacknowledged. */
  public void crash(int survive) {
    for (int i = 0; i < survive && !pending.isEmpty(); i++) {
      pending.poll().change().run();
    }
    pending.clear();
  }
}
