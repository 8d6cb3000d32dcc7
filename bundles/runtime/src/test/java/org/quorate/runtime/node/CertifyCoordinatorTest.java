package org.quorate.runtime.node;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.tck.coordination.CoordinatorContract;
import org.quorate.tck.coordination.CoordinatorFixture;

/** The native coordinator on a group of certify, over TCP. */
class CertifyCoordinatorTest extends CoordinatorContract {
  @TempDir static Path folder;

  @Override
  protected CoordinatorFixture newFixture() throws Exception {
    return new ClusterFixture(folder, "certify");
  }
}
