package org.quorate.storage.memory;

import java.nio.file.Path;
import org.quorate.spi.storage.StateStorage;
import org.quorate.tck.storage.SnapshotStoreContract;

class MemorySnapshotStoreTest extends SnapshotStoreContract {
  @Override
  protected StateStorage storage(Path dir) {
    return new MemoryStateStorage();
  }
}
