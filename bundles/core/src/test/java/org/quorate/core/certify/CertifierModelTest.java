package org.quorate.core.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.Conflict.Reason;
import org.quorate.api.Isolation;
import org.quorate.api.KeyRange;
import org.quorate.api.NodeId;
import org.quorate.api.Transaction;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/** The verdicts of random histories against a search through every commit there ever was. */
class CertifierModelTest {
  private static final long HISTORY = 7;

  private record Done(long version, NodeId node, List<Bytes> keys, boolean everything) {}

  private final List<Done> commits = new ArrayList<>();
  private final Map<Reason, Integer> seen = new EnumMap<>(Reason.class);
  private int committed;

  @Test
  void agreesWithTheOracle() {
    for (int seed = 1; seed <= 400; seed++) {
      commits.clear();
      run(new Random(seed), new VersionIndex(), 200, () -> 0);
    }
    assertTrue(committed > 5_000, "commits " + committed);
    for (Reason reason : List.of(Reason.WRITE_WRITE, Reason.READ_WRITE, Reason.ISOLATED)) {
      assertTrue(seen.getOrDefault(reason, 0) > 1_000, reason + " of " + seen);
    }
  }

  /** What the horizon hides never commits; what it does not is judged as if there were none. */
  @Test
  void agreesWithTheOracleAcrossTheHorizon() {
    Random random = new Random(1);
    VersionIndex index = new VersionIndex();
    for (int version = 1; version < VersionIndex.VERSIONS + 2_000; version++) {
      commit(index, new Done(version, NodeId.of("n1"), List.of(Bytes.ofLong(version)), false));
    }
    run(random, index, 1_000, () -> VersionIndex.VERSIONS - 500 + random.nextInt(1_000));
    assertTrue(seen.getOrDefault(Reason.HORIZON, 0) > 100, "of " + seen);
    assertTrue(committed > 100, "commits " + committed);
  }

  private void run(Random random, VersionIndex fresh, int commands, IntSupplier age) {
    VersionIndex index = fresh;
    for (int i = 0; i < commands; i++) {
      if (random.nextInt(commands) < 3) {
        index = restarted(index);
      }
      long version = commits.size();
      int old = random.nextInt(3) == 0 ? age.getAsInt() : 0;
      Transaction transaction =
          transaction(random, Math.max(0, version - old - random.nextInt(20)));
      Conflict conflict = Certifier.certify(transaction, index, HISTORY);
      if (conflict != null && conflict.reason() == Reason.HORIZON) {
        assertTrue(transaction.snapshotVersion() < index.horizon());
        assertEquals(Math.max(0, version - VersionIndex.VERSIONS), index.horizon());
      } else {
        assertEquals(oracle(transaction), winner(conflict), () -> transaction + ": " + conflict);
      }
      if (conflict != null) {
        seen.merge(conflict.reason(), 1, Integer::sum);
      } else {
        committed++;
        NodeId node = NodeId.of("n" + random.nextInt(3));
        boolean everything = transaction.isolated() || random.nextInt(40) == 0;
        List<Bytes> keys = everything ? List.of() : transaction.writtenKeys();
        commit(index, new Done(version + 1, node, keys, everything));
      }
    }
  }

  private void commit(VersionIndex index, Done done) {
    commits.add(done);
    index.committed(done.version(), done.node(), done.keys(), done.everything());
  }

  private static VersionIndex restarted(VersionIndex index) {
    Encoder out = new Encoder();
    index.encode(out);
    Decoder in = new Decoder(out.take());
    VersionIndex back = VersionIndex.decode(in);
    in.end();
    return back;
  }

  private static Bytes key(Random random) {
    return Bytes.utf8("k" + (char) ('a' + random.nextInt(20)));
  }

  private static Transaction transaction(Random random, long snapshot) {
    List<Bytes> reads = new ArrayList<>();
    List<Bytes> writes = new ArrayList<>();
    List<KeyRange> ranges = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      reads.add(key(random));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      writes.add(key(random));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      Bytes to = random.nextInt(6) == 0 ? null : key(random);
      ranges.add(new KeyRange(key(random), to));
    }
    Isolation level = Isolation.values()[random.nextInt(3)];
    return new Transaction(snapshot, level, reads, ranges, writes);
  }

  private static String winner(Conflict conflict) {
    return conflict == null
        ? "none"
        : conflict.reason() + " " + conflict.winner().version() + " " + conflict.node();
  }

  /** By the definition of the levels, looking at everything. */
  private String oracle(Transaction t) {
    Done isolated = newest(t, (done, key) -> false, true);
    if (isolated != null) {
      return text(Reason.ISOLATED, isolated);
    }
    if (t.isolated()) {
      Done any = commits.isEmpty() ? null : commits.get(commits.size() - 1);
      return any == null || any.version() <= t.snapshotVersion()
          ? "none"
          : text(Reason.ISOLATED, any);
    }
    if (t.level() == Isolation.SNAPSHOT) {
      return first(t, Reason.WRITE_WRITE, t.writtenKeys(), List.of());
    }
    return first(t, Reason.READ_WRITE, t.readKeys(), t.readRanges());
  }

  private interface Touches {
    boolean test(Done done, Bytes key);
  }

  private Done newest(Transaction t, Touches touches, boolean everything) {
    for (int i = commits.size() - 1; i >= 0; i--) {
      Done done = commits.get(i);
      if (done.version() <= t.snapshotVersion()) {
        return null;
      }
      if (everything && done.everything()
          || done.keys().stream().anyMatch(key -> touches.test(done, key))) {
        return done;
      }
    }
    return null;
  }

  private String first(Transaction t, Reason reason, List<Bytes> keys, List<KeyRange> ranges) {
    for (Bytes key : keys) {
      Done done = newest(t, (d, written) -> written.equals(key), false);
      if (done != null) {
        return text(reason, done);
      }
    }
    Done done =
        newest(t, (d, written) -> ranges.stream().anyMatch(r -> r.contains(written)), false);
    return done == null ? "none" : text(reason, done);
  }

  private static String text(Reason reason, Done done) {
    return reason + " " + done.version() + " " + done.node();
  }
}
