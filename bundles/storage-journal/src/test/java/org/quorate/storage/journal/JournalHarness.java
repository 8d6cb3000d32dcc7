package org.quorate.storage.journal;

import org.quorate.simulator.files.FaultyDisk;

/** Makes journals on a {@link FaultyDisk}, deterministic. */
final class JournalHarness {
  static final int SEGMENT_BYTES = 1024;
  private InlineDrive drive = new InlineDrive();

  JournalStorage open(FaultyDisk disk) {
    return open(disk, SEGMENT_BYTES);
  }

  JournalStorage open(FaultyDisk disk, int segmentBytes) {
    drive = new InlineDrive();
    return new JournalStorage(
        "disk",
        () -> disk,
        new JournalSettings(segmentBytes, 2, 100),
        drive,
        () -> 0x1234_5678_9abc_def0L);
  }

  void idle() {
    drive.idle();
  }

  void drive() {
    drive.runAll();
  }
}
