package org.quorate.storage.memory;

import org.junit.jupiter.api.Nested;
import org.quorate.spi.storage.LogStorage;
import org.quorate.tck.storage.LogStoreContract;
import org.quorate.tck.storage.StableStoreContract;

class MemoryLogStorageTest {
  @Nested
  class Log extends LogStoreContract {
    @Override
    protected LogStorage newStorage() {
      return new MemoryLogStorage();
    }
  }

  @Nested
  class Stable extends StableStoreContract {
    @Override
    protected LogStorage newStorage() {
      return new MemoryLogStorage();
    }
  }
}
