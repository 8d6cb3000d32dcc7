package org.quorate.core.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.Conflict.Reason;
import org.quorate.api.Isolation;
import org.quorate.api.KeyRange;
import org.quorate.api.Transaction;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

class CertifierTest {
  private static final Bytes A = Bytes.utf8("a");
  private static final Bytes B = Bytes.utf8("b");

  private final VersionIndex index = new VersionIndex();

  private void commit(long version, Bytes... keys) {
    for (Bytes key : keys) {
      index.wrote(key, version);
    }
    index.advance(version);
  }

  private static Transaction writes(long snapshot, Bytes... keys) {
    return new Transaction(snapshot, Isolation.SNAPSHOT, List.of(), List.of(), List.of(keys));
  }

  @Test
  void firstWriterWins() {
    commit(1, A);
    commit(2, A);
    Conflict conflict = Certifier.certify(writes(1, B, A), index);
    assertEquals(new Conflict(Reason.WRITE_WRITE, A, 2), conflict);
    assertNull(Certifier.certify(writes(2, A), index));
    assertNull(Certifier.certify(writes(1, B), index));
  }

  @Test
  void snapshotIsolationIgnoresReadsAndSerializableDoesNot() {
    commit(1, A);
    commit(2, B);
    List<Bytes> read = List.of(B);
    assertNull(
        Certifier.certify(
            new Transaction(1, Isolation.SNAPSHOT, read, List.of(), List.of(A)), index));
    assertEquals(
        new Conflict(Reason.READ_WRITE, B, 2),
        Certifier.certify(
            new Transaction(1, Isolation.SERIALIZABLE, read, List.of(), List.of(A)), index));
  }

  @Test
  void aKeyThatAppearsInAReadRangeIsAConflict() {
    commit(1, A);
    commit(2, Bytes.utf8("user/7"));
    List<KeyRange> range = List.of(KeyRange.prefix(Bytes.utf8("user/")));
    Transaction phantom = new Transaction(1, Isolation.SERIALIZABLE, List.of(), range, List.of(A));
    assertEquals(2, Certifier.certify(phantom, index).winnerVersion());
    Transaction later = new Transaction(2, Isolation.SERIALIZABLE, List.of(), range, List.of(A));
    assertNull(Certifier.certify(later, index));
  }

  @Test
  void aCommandWithoutKeysConflictsWithEverythingConcurrent() {
    commit(1, A);
    index.wroteEverything(2);
    index.advance(2);
    assertEquals(Reason.ISOLATED, Certifier.certify(writes(1, B), index).reason());
    assertNull(Certifier.certify(writes(2, B), index));
  }

  @Test
  void aSnapshotOlderThanTheHorizonAborts() {
    long versions = VersionIndex.VERSIONS + 10;
    for (long v = 1; v <= versions; v++) {
      commit(v, Bytes.ofLong(v));
    }
    assertEquals(10, index.horizon());
    assertEquals(Reason.HORIZON, Certifier.certify(writes(9, B), index).reason());
    assertNull(Certifier.certify(writes(10, B), index));
    assertEquals(0, index.lastWrite(Bytes.ofLong(10)), "forgotten with the horizon");
    assertEquals(11, index.lastWrite(Bytes.ofLong(11)));
  }

  @Test
  void theNumberOfWritesRememberedIsBounded() {
    for (int i = 0; i <= VersionIndex.WRITES; i++) {
      index.wrote(Bytes.ofLong(i), 1 + i / 1000);
    }
    index.advance(1 + VersionIndex.WRITES / 1000);
    assertEquals(1, index.horizon(), "a version is forgotten as a whole");
    assertEquals(0, index.lastWrite(Bytes.ofLong(999)));
    assertEquals(2, index.lastWrite(Bytes.ofLong(1000)));
  }

  @Test
  void survivesEncoding() {
    commit(1, A, B);
    commit(2, A);
    index.wroteEverything(3);
    index.advance(3);
    Encoder out = new Encoder();
    index.encode(out);
    VersionIndex back = VersionIndex.decode(new Decoder(out.take()));
    assertEquals(2, back.lastWrite(A));
    assertEquals(1, back.lastWrite(B));
    assertEquals(3, back.isolated());
  }
}
