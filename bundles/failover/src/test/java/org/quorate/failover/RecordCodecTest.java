package org.quorate.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.failover.FailoverEvent;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverLimits;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Owner;
import org.quorate.spi.failover.FailoverRecord.Phase;
import org.quorate.spi.failover.FailoverRecord.Rebalance;
import org.quorate.spi.failover.FailoverRecord.Slice;
import org.quorate.spi.failover.FailoverRecord.Takeover;
import org.quorate.spi.failover.ShardState;

class RecordCodecTest {
  private static final FailoverRecord FULL =
      new FailoverRecord(
          42,
          "testdb",
          "tt1",
          7,
          "rebalance",
          1_700_000_000_000L,
          5,
          new Owner("n1", "10.0.2.1", 1001),
          new Takeover(new Owner("n2", "10.0.2.2", 1002), 3, Phase.FAILED, 2, 1, "no disk"),
          List.of("b", "a"),
          Map.of("node1.n1", ShardState.PREPARED, "node2.n1", ShardState.FAILED),
          new Rebalance(1, 10, 3, "tmpt1"),
          List.of(new Slice("node1", "n1", 10, 1, 5)));

  @Test
  void whatIsWrittenIsRead() {
    RecordCodec.Stored read = RecordCodec.record(42, RecordCodec.record(FULL, 9));
    assertEquals(new RecordCodec.Stored(FULL, 9), read);
  }

  @Test
  void eventsAreReadAndEveryCutIsBroken() {
    FailoverEvent event =
        new FailoverEvent(
            42, "testdb", "tt1", "ddl", 1_700_000_000_000L, FULL.origin(), List.of("a", "b"));
    Bytes value = RecordCodec.event(event);
    assertEquals(event, RecordCodec.event(42, value));
    for (int size = 0; size < value.length(); size++) {
      Bytes cut = value.slice(0, size);
      FailoverException e =
          assertThrows(FailoverException.class, () -> RecordCodec.event(42, cut), "" + size);
      assertEquals(Code.BROKEN, e.code());
    }
  }

  @Test
  void everyCutAndForeignFormatIsBroken() {
    Bytes value = RecordCodec.record(FULL, 9);
    for (int size = 0; size < value.length(); size++) {
      Bytes cut = value.slice(0, size);
      FailoverException e =
          assertThrows(FailoverException.class, () -> RecordCodec.record(42, cut), "" + size);
      assertEquals(Code.BROKEN, e.code());
    }
    byte[] foreign = value.toByteArray();
    foreign[0] = 2;
    assertThrows(FailoverException.class, () -> RecordCodec.record(42, Bytes.wrap(foreign)));
  }

  @Test
  void aRecordHasALimit() {
    FailoverRecord large = FULL;
    String name = "s".repeat(FailoverLimits.NAME_BYTES - 4);
    for (int i = 0; i < 600; i++) {
      large = Rules.slice(large, new Slice(name + i, "n1", 1, 1, 1));
    }
    FailoverRecord tooLarge = large;
    FailoverException e =
        assertThrows(FailoverException.class, () -> RecordCodec.record(tooLarge, 1));
    assertEquals(Code.TOO_LARGE, e.code());
  }
}
