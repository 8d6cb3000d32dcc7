package org.quorate.storage.journal;

import org.quorate.simulator.files.FaultyDisk;
import org.quorate.spi.storage.LogStorage;
import org.quorate.tck.storage.LogFaultContract;

class JournalFaultTest extends LogFaultContract {
  private final JournalHarness harness = new JournalHarness();

  @Override
  protected LogStorage open(FaultyDisk disk) {
    return harness.open(disk);
  }

  @Override
  protected void drive() {
    harness.drive();
  }

  @Override
  protected long smallestCapacity() {
    return 3 * JournalHarness.SEGMENT_BYTES;
  }
}
