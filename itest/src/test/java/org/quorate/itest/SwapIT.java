package org.quorate.itest;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short form of the soak of swaps: four to and fro, a node killed at two of them, while sessions, a lock
 * and a watch of the coordinator are held; then the leader is killed. At last the coordinator goes to three
 * ZooKeeper processes and back.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES) // a minute, three beside other builds
class SwapIT {
  private static final int SWAPS = 4;
  private static final int KILL_EVERY = 2;
  private static final long SEED = 3;

  @TempDir static Path directory;

  @Test
  void clientsSeeNoErrorOverSwapsAndKills() throws Exception {
    Cli cli = new Cli(directory.resolve("data"));
    cli.ok("up", "--detach", "--json", "--timeout", "180");
    try {
      try (CoordinatedLoad held = new CoordinatedLoad(cli)) {
        new SwapsUnderKills(cli, SEED).run(SWAPS, KILL_EVERY, held::stop);
        held.nothingIsLost(new RunningCluster(cli));
        held.anOperatorTakesTheLock();
      }
      new CoordinatorGoesOn(cli, directory.resolve("data")).thereAndBack();
    } finally {
      cli.ok("down");
    }
  }
}
