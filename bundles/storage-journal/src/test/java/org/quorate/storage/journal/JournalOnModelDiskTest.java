package org.quorate.storage.journal;

import org.junit.jupiter.api.Nested;
import org.quorate.simulator.files.FaultyDisk;
import org.quorate.spi.storage.LogStorage;
import org.quorate.tck.storage.LogStoreContract;
import org.quorate.tck.storage.StableStoreContract;

/** The contracts on the model disk, with segments so small that all of them roll. */
class JournalOnModelDiskTest {
  private final FaultyDisk disk = new FaultyDisk();
  private final JournalHarness harness = new JournalHarness();

  @Nested
  class Log extends LogStoreContract {
    @Override
    protected LogStorage newStorage() {
      return harness.open(disk);
    }

    @Override
    protected void drive() {
      harness.drive();
    }
  }

  @Nested
  class Stable extends StableStoreContract {
    @Override
    protected LogStorage newStorage() {
      return harness.open(disk);
    }

    @Override
    protected void drive() {
      harness.drive();
    }
  }
}
