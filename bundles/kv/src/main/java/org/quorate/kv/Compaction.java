package org.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.kv.KvLimits;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.storage.StateCursor;

/**
 * Removes history in slices. A revision is compacted at once by writing it down; what that frees is
 * removed by the following commands, a bounded number of changes each, so that no command stalls
 * the loop. Where the removal stands is a part of the state: every replica removes the same with
 * the same command. Each change is visited once: it goes with the version that it superseded and,
 * if it was a deletion that still is the latest, with that.
 */
final class Compaction {
  /** A command that changes something sweeps once so many changes have come together. */
  static final int CHANGES_PER_SWEEP = 32;

  /** Changes removed at most by such a sweep: more than come in, so that a backlog shrinks. */
  static final int SLICE = 128;

  /** Changes removed at most by a command to compact. */
  static final int SLICE_OF_COMPACT = 1000;

  private final KvLimits limits;

  Compaction(KvLimits limits) {
    this.limits = limits;
  }

  /** Writes the numbers after a command's changes, and sweeps if it is time. */
  void afterChanges(ApplyContext context, Meta meta) {
    if (meta.unswept < CHANGES_PER_SWEEP) {
      context.put(Layout.META, meta.encode());
    } else {
      // A large command pays in proportion to what it added.
      sweep(context, meta, (int) Math.max(SLICE, 2 * meta.unswept));
    }
  }

  /** Gives up the history below a revision. */
  void compact(ApplyContext context, Meta meta, long revision) {
    meta.compacted = revision;
    sweep(context, meta, SLICE_OF_COMPACT);
  }

  /** Removes up to so many changes that are compacted or exceed what is kept. */
  private void sweep(ApplyContext context, Meta meta, int slice) {
    long latest = context.version() - 1;
    long target = Math.max(meta.compacted, context.version() - limits.historyRevisions());
    meta.unswept = 0;
    if (nothingDue(meta, target)) {
      // Not even a look at the oldest change: it is in the state storage, off the memory.
      meta.compacted = Math.max(Math.max(meta.compacted, target), meta.sweptRevision);
      context.put(Layout.META, meta.encode());
      return;
    }
    List<Bytes> places = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    boolean exhausted = true;
    try (StateCursor cursor = context.scan(start(meta), Layout.change(latest + 1, 0))) {
      while (cursor.next()) {
        boolean due =
            Layout.revisionOfChange(cursor.key()) <= target
                || meta.historyBytes > limits.historyBytes();
        if (!due || changes.size() == slice) {
          exhausted = !due;
          break;
        }
        Change change = Change.decode(cursor.value());
        places.add(cursor.key());
        changes.add(change);
        meta.historyBytes -= change.cost();
      }
    }
    if (!places.isEmpty()) {
      Bytes last = places.get(places.size() - 1);
      meta.sweptRevision = Layout.revisionOfChange(last);
      meta.sweptSub = Layout.subOfChange(last);
    }
    if (exhausted && target >= meta.sweptRevision) {
      meta.sweptRevision = target;
      meta.sweptSub = Integer.MAX_VALUE;
    }
    meta.compacted = Math.max(Math.max(meta.compacted, target), meta.sweptRevision);
    // First of all: a query on another thread that misses what is removed now finds out why.
    context.put(Layout.META, meta.encode());
    for (int i = 0; i < changes.size(); i++) {
      remove(context, places.get(i), changes.get(i));
    }
  }

  private boolean nothingDue(Meta meta, long target) {
    boolean swept =
        target < meta.sweptRevision
            || target == meta.sweptRevision && meta.sweptSub == Integer.MAX_VALUE;
    return swept && meta.historyBytes <= limits.historyBytes();
  }

  private static Bytes start(Meta meta) {
    return meta.sweptSub == Integer.MAX_VALUE
        ? Layout.change(meta.sweptRevision + 1, 0)
        : Layout.change(meta.sweptRevision, (int) meta.sweptSub + 1);
  }

  private static void remove(ApplyContext context, Bytes place, Change change) {
    if (change.deletion()) {
      Version latest = Version.latest(context, change.key());
      if (latest != null && latest.mod() == Layout.revisionOfChange(place)) {
        context.delete(Layout.current(change.key()));
      }
    }
    context.delete(place);
  }
}
