package org.quorate.coordinator.zk;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.tck.coordination.CoordinatorContract;
import org.quorate.tck.coordination.CoordinatorFixture;

/** The contract on an ensemble of three processes. */
class EnsembleContractTest extends CoordinatorContract {
  @TempDir static Path folder;

  @Override
  protected CoordinatorFixture newFixture() throws Exception {
    return new ThreeServers(folder);
  }
}
