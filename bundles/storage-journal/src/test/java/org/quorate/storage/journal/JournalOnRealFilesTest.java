package org.quorate.storage.journal;

import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.spi.storage.LogStorage;
import org.quorate.tck.storage.LogStoreContract;
import org.quorate.tck.storage.StableStoreContract;

/** The contracts on the file system, with the writer's thread. */
class JournalOnRealFilesTest {
  @TempDir Path directory;

  @Nested
  class Log extends LogStoreContract {
    @Override
    protected LogStorage newStorage() {
      return new JournalStorage(directory, 1 << 16);
    }
  }

  @Nested
  class Stable extends StableStoreContract {
    @Override
    protected LogStorage newStorage() {
      return new JournalStorage(directory, 1 << 16);
    }
  }
}
