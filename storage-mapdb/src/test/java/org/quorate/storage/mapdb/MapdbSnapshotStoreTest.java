package org.quorate.storage.mapdb;

import java.nio.file.Path;
import org.quorate.spi.storage.StateStorage;
import org.quorate.tck.storage.SnapshotStoreContract;

class MapdbSnapshotStoreTest extends SnapshotStoreContract {
  @Override
  protected StateStorage storage(Path dir) {
    return new MapdbStateStorage(dir);
  }
}
