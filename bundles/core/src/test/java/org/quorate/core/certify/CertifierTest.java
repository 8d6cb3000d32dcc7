package org.quorate.core.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.Conflict.Reason;
import org.quorate.api.Gtid;
import org.quorate.api.Isolation;
import org.quorate.api.KeyRange;
import org.quorate.api.NodeId;
import org.quorate.api.Transaction;

class CertifierTest {
  private static final Bytes A = Bytes.utf8("a");
  private static final Bytes B = Bytes.utf8("b");
  private static final NodeId NODE = NodeId.of("n2");
  private static final long HISTORY = 0x51;

  private final VersionIndex index = new VersionIndex();

  private void commit(long version, Bytes... keys) {
    index.committed(version, NODE, List.of(keys), false);
  }

  private static Transaction writes(long snapshot, Bytes... keys) {
    return new Transaction(snapshot, Isolation.SNAPSHOT, List.of(), List.of(), List.of(keys));
  }

  private static Transaction reads(Isolation level, long snapshot, Bytes key) {
    return new Transaction(snapshot, level, List.of(key), List.of(), List.of(A));
  }

  private Conflict certify(Transaction transaction) {
    return Certifier.certify(transaction, index, HISTORY);
  }

  private static Conflict conflict(Reason reason, Bytes key, long version) {
    return new Conflict(reason, key, new Gtid(HISTORY, version), NODE, 0);
  }

  @Test
  void firstWriterWinsAndIsNamed() {
    commit(1, A);
    commit(2, A);
    assertEquals(conflict(Reason.WRITE_WRITE, A, 2), certify(writes(1, B, A)));
    assertNull(certify(writes(2, A)));
    assertNull(certify(writes(1, B)));
  }

  @Test
  void snapshotIsolationIgnoresReadsAndSerializableDoesNot() {
    commit(1, A);
    commit(2, B);
    assertNull(certify(reads(Isolation.SNAPSHOT, 1, B)));
    assertEquals(conflict(Reason.READ_WRITE, B, 2), certify(reads(Isolation.SERIALIZABLE, 1, B)));
    assertEquals(conflict(Reason.READ_WRITE, B, 2), certify(reads(Isolation.STRICT, 1, B)));
  }

  @Test
  void aBlindWriteOfASerializableTransactionDependsOnNothing() {
    commit(1, A);
    commit(2, A);
    assertNull(certify(reads(Isolation.SERIALIZABLE, 1, B)), "wrote A, read B");
  }

  @Test
  void anAbsentKeyThatWasReadAndIsCreatedIsAConflict() {
    commit(1, A);
    assertNull(certify(reads(Isolation.SERIALIZABLE, 1, B)));
    commit(2, B);
    assertNotNull(certify(reads(Isolation.SERIALIZABLE, 1, B)));
  }

  @Test
  void aKeyThatAppearsInAReadRangeIsAConflict() {
    commit(1, A);
    commit(2, Bytes.utf8("user/7"));
    List<KeyRange> range = List.of(KeyRange.prefix(Bytes.utf8("user/")));
    Transaction phantom = new Transaction(1, Isolation.SERIALIZABLE, List.of(), range, List.of(A));
    assertEquals(conflict(Reason.READ_WRITE, Bytes.utf8("user/7"), 2), certify(phantom));
    Transaction later = new Transaction(2, Isolation.SERIALIZABLE, List.of(), range, List.of(A));
    assertNull(certify(later));
  }

  @Test
  void aCommandWithoutKeysConflictsWithEverythingConcurrent() {
    commit(1, A);
    index.committed(2, NODE, List.of(), true);
    assertEquals(conflict(Reason.ISOLATED, null, 2), certify(writes(1, B)));
    assertNull(certify(writes(2, B)));
  }

  @Test
  void aTransactionWithoutKeysConflictsWithEveryCommitSinceItsSnapshot() {
    commit(1, A);
    assertNull(certify(writes(1)));
    commit(2, B);
    assertEquals(conflict(Reason.ISOLATED, null, 2), certify(writes(1)));
  }

  @Test
  void aSnapshotOlderThanTheHorizonAborts() {
    long versions = VersionIndex.VERSIONS + 10;
    for (long v = 1; v <= versions; v++) {
      commit(v, Bytes.ofLong(v));
    }
    assertEquals(10, index.horizon());
    Conflict tooOld = new Conflict(Reason.HORIZON, null, new Gtid(HISTORY, 10), null, 0);
    assertEquals(tooOld, certify(writes(9, B)));
    assertNull(certify(writes(10, B)));
    assertNull(index.lastWrite(Bytes.ofLong(10)), "forgotten with the horizon");
    assertEquals(11, index.lastWrite(Bytes.ofLong(11)).version());
  }

  @Test
  void theNumberOfWritesRememberedIsBounded() {
    int perCommit = 1000;
    int commits = VersionIndex.WRITES / perCommit + 1;
    for (int c = 0; c < commits; c++) {
      List<Bytes> keys = new ArrayList<>();
      for (int k = 0; k < perCommit; k++) {
        keys.add(Bytes.ofLong((long) c * perCommit + k));
      }
      index.committed(c + 1, NODE, keys, false);
    }
    assertEquals(1, index.horizon(), "a version is forgotten as a whole");
    assertNull(index.lastWrite(Bytes.ofLong(999)));
    assertEquals(2, index.lastWrite(Bytes.ofLong(1000)).version());
  }

  @Test
  void limitsAreNamed() {
    assertNull(writes(0, A).violation());
    Transaction keys =
        new Transaction(
            0,
            Isolation.SNAPSHOT,
            Collections.nCopies(Transaction.MAX_KEYS, A),
            List.of(),
            List.of(B));
    assertEquals("a transaction of 65537 keys; the limit is 65536", keys.violation());
    List<KeyRange> tooMany = Collections.nCopies(Transaction.MAX_RANGES + 1, KeyRange.single(A));
    Transaction ranges = new Transaction(0, Isolation.SERIALIZABLE, List.of(), tooMany, List.of());
    assertEquals("a transaction of 4097 ranges; the limit is 4096", ranges.violation());
    assertThrows(IllegalArgumentException.class, () -> writes(-1, A));
  }
}
