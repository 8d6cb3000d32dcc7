package org.quorate.cli.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;

/** Processes of a peer; they end with this object, and with this process. */
final class Processes implements AutoCloseable {
  private static final int GOODBYE_S = 5;

  private final Path data;
  private final List<Process> all = new ArrayList<>();
  private final Thread reaper = new Thread(() -> all.forEach(Process::destroyForcibly), "end-peer");

  Processes(Path data) {
    this.data = data;
    Runtime.getRuntime().addShutdownHook(reaper);
  }

  void start(List<String> command) throws IOException {
    Path log = data.resolve("log." + all.size());
    all.add(
        new ProcessBuilder(command)
            .directory(data.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start());
  }

  /** Throws with the end of its log if one has ended. */
  void check(String name) throws IOException {
    for (int i = 0; i < all.size(); i++) {
      if (!all.get(i).isAlive()) {
        List<String> lines = Files.readAllLines(data.resolve("log." + i));
        throw new CliException(
            ExitCode.FAILED,
            name
                + " does not start: "
                + String.join(" / ", lines.subList(Math.max(0, lines.size() - 3), lines.size())),
            "check the directory given with --peer");
      }
    }
  }

  @Override
  public void close() {
    all.forEach(Process::destroy);
    try {
      for (Process process : all) {
        if (!process.waitFor(GOODBYE_S, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      }
    } catch (InterruptedException e) {
      all.forEach(Process::destroyForcibly);
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(reaper);
  }
}
