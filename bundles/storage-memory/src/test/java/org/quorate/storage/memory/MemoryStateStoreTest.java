package org.quorate.storage.memory;

import java.nio.file.Path;
import org.quorate.spi.storage.StateStorage;
import org.quorate.tck.storage.StateStoreContract;

class MemoryStateStoreTest extends StateStoreContract {
  @Override
  protected StateStorage storage(Path dir) {
    return new MemoryStateStorage();
  }
}
