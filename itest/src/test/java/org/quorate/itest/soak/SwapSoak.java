package org.quorate.itest.soak;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.quorate.itest.Cli;
import org.quorate.itest.SwapsUnderKills;

/**
 * A hundred swaps under load, a node killed at every second of them. Named, not part of any build:
 * {@code -Psoak -Dit.test=SwapSoak}. A soak that failed leaves its data and logs.
 */
class SwapSoak {
  private static final int LONGEST = 1_000;
  private static final int KILL_EVERY = 2;
  private static final int PATIENCE_S = 240;

  private final int swaps = Integer.getInteger("soak.swaps", 100);
  private final long seed =
      Long.getLong("soak.seed", ThreadLocalRandom.current().nextLong(1, 1_000_000));

  @Test
  void clientsSeeNoErrorOverSwapsAndKills() throws Exception {
    assertTrue(swaps >= 1 && swaps <= LONGEST, "-Dsoak.swaps has to be from 1 to " + LONGEST);
    System.out.printf("soak -Dsoak.swaps=%d -Dsoak.seed=%d%n", swaps, seed);
    Path data =
        Path.of("target", "soak", "swaps-" + ProcessHandle.current().pid()).toAbsolutePath();
    Cli cli = new Cli(data, PATIENCE_S);
    cli.ok("up", "--detach", "--json", "--timeout", "180");
    try {
      new SwapsUnderKills(cli, seed).run(swaps, KILL_EVERY);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(
          "the soak failed, data and logs are in "
              + data
              + "; the same kills: -Dsoak.swaps="
              + swaps
              + " -Dsoak.seed="
              + seed,
          e);
    } finally {
      cli.ok("down");
    }
  }
}
