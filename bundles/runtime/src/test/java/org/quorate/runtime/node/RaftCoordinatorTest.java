package org.quorate.runtime.node;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.NodeId;
import org.quorate.tck.coordination.CoordinatorContract;
import org.quorate.tck.coordination.CoordinatorFixture;

/** The native coordinator on a group of raft, as bundles of a node have it, whoever leads. */
class RaftCoordinatorTest extends CoordinatorContract {
  @TempDir static Path folder;

  @Override
  protected CoordinatorFixture newFixture() throws Exception {
    return new ClusterFixture(folder, "raft", NodeId.of("n3"));
  }
}
