package org.quorate.tck.storage;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.DurableToken;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StorageException;

/** Drives a link and remembers what it was asked and what it acknowledged. */
public final class LinkProbe {
  private final LinkStore store;
  private final TestLoop loop;
  private final List<LogOp> ops = new ArrayList<>();

  /** States after 0, 1, 2 … operations. */
  private final List<LogState> states = new ArrayList<>();

  /** Number of the operation of each write. */
  private final List<Integer> writes = new ArrayList<>();

  private int durable;
  private int failed;
  private StorageException failure;
  private int acknowledgedOps;

  public LinkProbe(LinkStore store, TestLoop loop, LogState initial) {
    this.store = store;
    this.loop = loop;
    states.add(initial);
  }

  public LinkStore store() {
    return store;
  }

  /** What was asked so far makes this. */
  public LogState expected() {
    return states.get(states.size() - 1);
  }

  public StorageException failure() {
    return failure;
  }

  /** Writes that were acknowledged. */
  public int durable() {
    return durable;
  }

  /** Writes that were failed. */
  public int failed() {
    return failed;
  }

  public int writes() {
    return writes.size();
  }

  public void append(long first, String... records) {
    List<Bytes> bytes = new ArrayList<>();
    for (String record : records) {
      bytes.add(Bytes.utf8(record));
    }
    issue(new LogOp.Append(first, bytes));
  }

  public void issue(LogOp op) {
    ops.add(op);
    states.add(expected().after(op));
    if (op instanceof LogOp.Append append) {
      store.log().append(append.first(), append.records(), pending());
    } else if (op instanceof LogOp.Reset reset) {
      store.log().reset(reset.next(), pending());
    } else if (op instanceof LogOp.Trim trim) {
      store.log().trimPrefix(trim.first());
    } else if (op instanceof LogOp.Save save) {
      store.stable().save(save.record(), pending());
    }
  }

  private Pending pending() {
    int number = writes.size();
    writes.add(ops.size());
    return new Pending(
        number,
        new Pending.Listener() {
          @Override
          public void durable(DurableToken token) {
            if (durable + failed != number || failed > 0 || token.number() != number) {
              throw new AssertionError(
                  "write " + number + " completed after " + durable + " + " + failed + " failed");
            }
            durable++;
            acknowledgedOps = writes.get(number);
          }

          @Override
          public void failed(StorageException why) {
            if (durable + failed != number) {
              throw new AssertionError("write " + number + " failed out of turn");
            }
            failed++;
            failure = why;
          }
        });
  }

  /** Runs the loop until all writes settled. */
  public void settle() {
    loop.runUntil(() -> durable + failed == writes.size());
  }

  /** Runs the loop until all writes settled, and fails the test if one failed. */
  public void settleDurably() {
    settle();
    if (failure != null) {
      throw new AssertionError("a write failed", failure);
    }
  }

  /**
   * Why a store that was opened after a crash must not hold this; null if it may: exactly the
   * acknowledged operations, possibly some later ones in their order, of the last one's records
   * possibly only the first.
   */
  public String objection(LogState found) {
    for (int k = acknowledgedOps; k < states.size(); k++) {
      if (found.isRecoveryOf(states.get(k)) || k < ops.size() && isBeginning(found, k)) {
        return null;
      }
    }
    return "found "
        + found
        + "\nacknowledged "
        + acknowledgedOps
        + " operations: "
        + states.get(acknowledgedOps)
        + "\nissued: "
        + ops.subList(acknowledgedOps, ops.size());
  }

  private boolean isBeginning(LogState found, int k) {
    if (ops.get(k) instanceof LogOp.Append append) {
      for (int n = 1; n < append.records().size(); n++) {
        LogOp part = new LogOp.Append(append.first(), append.records().subList(0, n));
        if (found.isRecoveryOf(states.get(k).after(part))) {
          return true;
        }
      }
    }
    return false;
  }
}
