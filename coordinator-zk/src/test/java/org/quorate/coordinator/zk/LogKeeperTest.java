package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.coordinator.zk.state.Applied;
import org.quorate.coordinator.zk.state.Command;
import org.quorate.coordinator.zk.state.Entry;
import org.quorate.coordinator.zk.state.Machine;
import org.quorate.coordinator.zk.state.Wire;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;

/** When a snapshot is worth what it costs. */
class LogKeeperTest {
  private static final int LARGE = 100_000;

  private final Machine machine = new Machine();
  private final Settings settings =
      Settings.of(
          new Options(
              Map.of(
                  "coordinator.zk.connect", "127.0.0.1:1",
                  "coordinator.zk.snapshot.entries", "16")),
          null);
  private long number;

  private Applied apply(Command command) {
    Entry entry = new Entry(7, ++number, number - 1, 1_000, command);
    return machine.apply(entry, number, Wire.encode(entry).length);
  }

  private void put(String key, int size, long owner) {
    apply(new Command.Transact(Transaction.of(new Op.Put(key, Bytes.wrap(new byte[size]), owner))));
  }

  /** Small changes until a snapshot is due. */
  private int untilDue() {
    int count = 0;
    while (!LogKeeper.isDue(machine, settings)) {
      put("small", 1, 0);
      count++;
    }
    apply(new Command.SnapshotStored());
    assertFalse(LogKeeper.isDue(machine, settings));
    return count;
  }

  @Test
  void muchIsNotWrittenAnewForLittle() {
    assertEquals(16, untilDue(), "where there is little, as configured");
    for (int i = 0; i < 10; i++) {
      put("large/" + i, LARGE, 0);
    }
    untilDue();
    int changes = untilDue();
    assertTrue(changes > 1_000 && changes < 3_000, changes + " changes until 1 MB is written");
  }

  @Test
  void whatIsKeptIsCountedByWhateverWayItComesAndGoes() {
    long session =
        (Long)
            apply(new Command.OpenSession(SessionSpec.of("s", 5_000), "c", Bytes.EMPTY)).result();
    put("a", LARGE, session);
    put("b/1", LARGE, 0);
    put("b/2", LARGE, 0);
    put("b/2", 10, 0);
    assertEquals(2 * LARGE + 10 + 3 * 40 + 7, machine.keys().bytes());
    assertEquals(machine.keys().bytes(), Machine.restore(machine.store()).keys().bytes());
    apply(new Command.EndSession(session, 0));
    assertEquals(LARGE + 10 + 2 * 40 + 6, machine.keys().bytes());
    apply(new Command.Transact(Transaction.of(new Op.DeleteTree("b"))));
    assertEquals(0, machine.keys().bytes());
    put("c", LARGE, 0);
    apply(new Command.Retire("moved"));
    assertEquals(0, machine.keys().bytes());
  }
}
