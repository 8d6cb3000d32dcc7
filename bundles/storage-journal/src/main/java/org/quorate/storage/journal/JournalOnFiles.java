package org.quorate.storage.journal;

import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.files.LogOnFiles;
import org.quorate.spi.storage.files.StorageFiles;

/** The journal on given files, for the simulator and for contracts. */
public final class JournalOnFiles implements LogOnFiles {
  private static final int SEGMENT_BYTES = 8 << 10;

  @Override
  public String name() {
    return "journal";
  }

  @Override
  public LogStorage open(StorageFiles files, Executor writer, long seed) {
    return new JournalStorage(
        files.path(""),
        () -> files,
        new JournalSettings(SEGMENT_BYTES, 2, JournalSettings.DEFAULTS.idleMs()),
        new TaskDrive(writer),
        new SplittableRandom(seed)::nextLong);
  }
}
