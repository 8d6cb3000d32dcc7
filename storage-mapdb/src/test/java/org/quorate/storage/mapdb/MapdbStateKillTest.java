package org.quorate.storage.mapdb;

import java.nio.file.Path;
import java.util.function.Function;
import org.quorate.spi.storage.StateStorage;
import org.quorate.tck.storage.StateStoreKillContract;

class MapdbStateKillTest extends StateStoreKillContract {
  /** For the child process. */
  public static final class Factory implements Function<Path, StateStorage> {
    @Override
    public StateStorage apply(Path dir) {
      return new MapdbStateStorage(dir);
    }
  }

  @Override
  protected Class<? extends Function<Path, StateStorage>> factory() {
    return Factory.class;
  }
}
