package org.quorate.itest.soak;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of the system that end at once. */
final class Shell {
  private Shell() {}

  /** How a program ended and what it printed, errors included. */
  record Result(int exit, String out) {}

  /** Runs a program that is there. */
  static Result run(String... words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes());
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new IOException("no end of " + List.of(words));
    }
    return new Result(process.exitValue(), out.strip());
  }

  /** Runs a program that must succeed. */
  static String ok(String... words) throws IOException, InterruptedException {
    Result result = run(words);
    if (result.exit() != 0) {
      throw new IOException(
          String.join(" ", words) + " ended with " + result.exit() + ": " + result.out());
    }
    return result.out();
  }
}
