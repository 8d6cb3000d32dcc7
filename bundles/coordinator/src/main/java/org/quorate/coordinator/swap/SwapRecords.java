package org.quorate.coordinator.swap;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Transaction;

/**
 * What is recorded of a coordinator's swaps, on a coordinator that is never swapped itself. Below
 * {@code coordinators/NAME/} are {@code swap}, a {@link SwapRecord}; {@code nodes/NODE}, what a node has
 * acted upon, owned by its session; and {@code swap} is the lock of who works on it.
 */
final class SwapRecords {
  private final Coordinator records;
  private final String root;

  SwapRecords(Coordinator records, String name) {
    this.records = records;
    this.root = "coordinators/" + name;
  }

  String lock() {
    return root + "/swap";
  }

  private String key() {
    return root + "/swap";
  }

  /**
   * The record as it was read.
   *
   * @param record null if nothing was ever swapped
   * @param revision that changed it last, 0 if there is none
   */
  record Read(SwapRecord record, long revision) {
    static Read of(KeyEntry entry) {
      return entry == null
          ? new Read(null, 0)
          : new Read(SwapRecord.decode(entry.value()), entry.modRevision());
    }

    /** Whether something is to be done. */
    boolean isActive() {
      return record != null && (!record.phase().isOver() || !record.left().isEmpty());
    }
  }

  CompletionStage<Read> read() {
    return records.get(key()).thenApply(Read::of);
  }

  /** Where the record is. */
  Scope scope() {
    return Scope.key(key());
  }

  private Condition unchanged(Read seen) {
    return seen.revision() == 0
        ? new Condition.Absent(key())
        : new Condition.Unchanged(key(), seen.revision());
  }

  /** Records a swap that is wanted; null if the record is not as it was seen any more. */
  CompletionStage<Read> plan(Read seen, SwapRecord wanted) {
    return write(new Transaction(List.of(unchanged(seen)), List.of(put(wanted))), wanted);
  }

  /** Records a step of who works on it; null if that is somebody else by now. */
  CompletionStage<Read> step(Read seen, SwapRecord next, FencingToken token) {
    Condition mine = new Condition.Held(lock(), token);
    return write(new Transaction(List.of(unchanged(seen), mine), List.of(put(next))), next);
  }

  private Op put(SwapRecord record) {
    return new Op.Put(key(), record.encode());
  }

  private CompletionStage<Read> write(Transaction transaction, SwapRecord record) {
    return records
        .transact(transaction)
        .thenApply(done -> done.succeeded() ? new Read(record, done.revision()) : null);
  }

  // ---- nodes ----------------------------------------------------------------------------------

  /**
   * What a node has acted upon.
   *
   * @param number of the swap; {@code phase} of it
   * @param objection why the node cannot go on with the target, "" if it can
   */
  record Acted(long number, SwapPhase phase, String objection) {
    Bytes encode() {
      return Bytes.utf8(number + " " + phase + " " + objection);
    }

    static Acted decode(Bytes bytes) {
      String[] parts = bytes.utf8().split(" ", 3);
      return new Acted(Long.parseLong(parts[0]), SwapPhase.valueOf(parts[1]), parts[2]);
    }

    boolean hasReached(SwapRecord record, SwapPhase wanted) {
      return number > record.number() || number == record.number() && phase.compareTo(wanted) >= 0;
    }
  }

  /**
   * Says what a node has acted upon, if the record is as it was seen.
   *
   * @return the revision that says so, 0 if the record is another
   */
  CompletionStage<Long> tell(Read seen, String node, Acted acted, long session) {
    Op put = new Op.Put(root + "/nodes/" + node, acted.encode(), session);
    return records
        .transact(new Transaction(List.of(unchanged(seen)), List.of(put)))
        .thenApply(done -> done.succeeded() ? done.revision() : 0);
  }

  /**
   * A node uses it no more, though its session goes on.
   *
   * @param toldAt the revision of what it has said last: what was said since is of who uses it again
   */
  CompletionStage<Void> forget(String node, long toldAt) {
    String told = root + "/nodes/" + node;
    Condition mine = new Condition.Unchanged(told, toldAt);
    return records
        .transact(new Transaction(List.of(mine), List.of(new Op.Delete(told))))
        .thenAccept(done -> {});
  }

  /**
   * The nodes that use it.
   *
   * @param revision at which it is so
   */
  record Nodes(long revision, Map<String, Acted> acted) {}

  CompletionStage<Nodes> nodes() {
    String path = root + "/nodes";
    return records
        .range(RangeQuery.of(Scope.tree(path)))
        .thenApply(
            found -> {
              Map<String, Acted> acted = new TreeMap<>();
              for (KeyEntry entry : found.entries()) {
                acted.put(entry.key().substring(path.length() + 1), Acted.decode(entry.value()));
              }
              return new Nodes(found.revision(), acted);
            });
  }

  /** Completes when what nodes have acted upon may have changed since. */
  CompletionStage<?> nodesChanged(long since, long waitMs) {
    return records.poll(List.of(Scope.tree(root + "/nodes")), since, waitMs);
  }
}
