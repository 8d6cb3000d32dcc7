package org.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.state.Footprint;

/** Tells what a command touches. */
final class Footprints {
  /** What a walk over a range is taken to cost: nobody knows how many keys are there. */
  private static final long WALK = 64 << 10;

  private final List<Bytes> keys = new ArrayList<>();
  private final List<KeyRange> ranges = new ArrayList<>();
  private boolean writes;
  private long cost;

  private Footprints() {}

  /** Null for a command that concerns the whole state. */
  static Footprint of(Bytes command) {
    try {
      KvCommand decoded = KvCommand.decode(command);
      if (decoded instanceof KvCommand.Compact) {
        return null;
      }
      Footprints all = new Footprints();
      all.cost = command.length();
      all.add(decoded);
      return new Footprint(all.keys, all.ranges, all.writes, all.cost);
    } catch (MalformedException e) {
      return null;
    }
  }

  private void add(KvCommand command) {
    writes |= !(command instanceof KvCommand.Read || command instanceof KvCommand.Txn);
    if (command instanceof KvCommand.Put put) {
      keys.add(put.key());
    } else if (command instanceof KvCommand.Delete delete) {
      add(delete.keys());
    } else if (command instanceof KvCommand.Add add) {
      keys.add(add.key());
    } else if (command instanceof KvCommand.Append append) {
      keys.add(append.key());
    } else if (command instanceof KvCommand.PutNext put) {
      keys.add(put.counter());
      ranges.add(KeyRange.prefix(put.prefix()));
    } else if (command instanceof KvCommand.CompareAndSet swap) {
      keys.add(swap.key());
    } else if (command instanceof KvCommand.Read read) {
      add(read.query());
    } else if (command instanceof KvCommand.Txn txn) {
      for (Compare compare : txn.compares()) {
        add(compare.keys());
      }
      txn.then().forEach(this::add);
      txn.otherwise().forEach(this::add);
    }
  }

  private void add(KvQuery query) {
    if (query instanceof KvQuery.Get get) {
      keys.add(get.key());
    } else if (query instanceof KvQuery.Range range) {
      add(range.keys());
    }
  }

  private void add(KeyRange range) {
    if (range.isSingle()) {
      keys.add(range.from());
    } else {
      ranges.add(range);
      cost += WALK;
    }
  }
}
