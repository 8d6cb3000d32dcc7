package org.quorate.itest;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short form of the soak of swaps: four to and fro, a node killed at two of them. */
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
      new SwapsUnderKills(cli, SEED).run(SWAPS, KILL_EVERY);
    } finally {
      cli.ok("down");
    }
  }
}
