package org.quorate.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs a cluster of one node through its life, so that the JVMs of node and command line write the
 * classes they used to archives that later starts share (class data sharing). The launcher does it
 * once after a build and for each JDK. Argument: the archive that the node is to write.
 */
public final class Training {
  private Training() {}

  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("quorate-training");
    int exit;
    try {
      exit = live(folder, args[0]);
    } finally {
      remove(folder);
    }
    Runtime.getRuntime().exit(exit);
  }

  private static int live(Path folder, String archive) {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Terminal terminal = new Terminal(nowhere, System.err, false, folder);
    String dump = "--java-option=-XX:ArchiveClassesAtExit=" + archive;
    // Whoever ends this process, such as Ctrl-C in a build, ends the node with it.
    String bound = "--java-option=-Dquorate.until.eof=true";
    int exit = Main.run(terminal, "up", "--detach", "--nodes", "1", dump, bound);
    for (String command : List.of("kv put a b", "kv get a", "status", "status --json", "doctor")) {
      exit = exit == ExitCode.OK ? Main.run(terminal, command.split(" ")) : exit;
    }
    return Files.exists(folder.resolve("data")) ? Math.max(exit, Main.run(terminal, "down")) : exit;
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
