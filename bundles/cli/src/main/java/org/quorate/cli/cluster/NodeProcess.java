package org.quorate.cli.cluster;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;

/** Processes of nodes: started, found again and ended by pid and time of start. */
final class NodeProcess {
  /** The system reports the start of a process in ticks of 10 ms. */
  private static final long START_TOLERANCE_MS = 1500;

  private static final long POLL_MS = 10;

  /** Words of {@code /proc/PID/stat}, counted from behind the name of the program. */
  private static final int STATE = 0;

  private static final int THREADS = 17;

  /** Of a node that ends with this process, however that ends: its standard input is a pipe to here. */
  static final String UNTIL_EOF = "-Dquorate.until.eof=true";

  /** Those nodes: the end of a pipe that nobody holds is closed. */
  private static final Queue<Process> BOUND = new ConcurrentLinkedQueue<>();

  private NodeProcess() {}

  /**
   * Starts a process that outlives this one, unless its command says otherwise; its output goes to a
   * file.
   *
   * @param log gets standard output and error, after what is there
   */
  static ProcessHandle start(List<String> command, Path directory, Path log) {
    List<String> words = new ArrayList<>(command);
    // In a session of its own, a node does not get the signals that the terminal sends to this one.
    setsid().ifPresent(program -> words.add(0, program.toString()));
    try {
      Files.createDirectories(log.getParent());
      boolean bound = command.contains(UNTIL_EOF);
      Process process =
          new ProcessBuilder(words)
              .directory(directory.toFile())
              .redirectInput(bound ? Redirect.PIPE : Redirect.from(new File("/dev/null")))
              .redirectOutput(Redirect.appendTo(log.toFile()))
              .redirectErrorStream(true)
              .start();
      if (bound) {
        BOUND.add(process);
      }
      return process.toHandle();
    } catch (IOException e) {
      throw new CliException(
          ExitCode.FAILED,
          "cannot start a process: " + e.getMessage(),
          "check " + command.get(0) + " and " + log.getParent(),
          e);
    }
  }

  private static Optional<Path> setsid() {
    Path path = Path.of("/usr/bin/setsid");
    return Files.isExecutable(path) ? Optional.of(path) : Optional.empty();
  }

  /** When a process began, milliseconds since 1970; 0 where the system does not tell. */
  static long startedAtMs(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  /** The process of a node, if it is still that one: a pid alone may be another's by now. */
  static Optional<ProcessHandle> find(ClusterFile.NodeEntry node) {
    if (node.pid() == 0) {
      return Optional.empty();
    }
    return ProcessHandle.of(node.pid())
        .filter(NodeProcess::runs)
        .filter(
            p ->
                node.startedAtMs() == 0
                    || Math.abs(startedAtMs(p) - node.startedAtMs()) <= START_TOLERANCE_MS);
  }

  /**
   * Whether a process runs. One that has ended counts as alive to the JDK until its parent has asked for
   * its end: in containers that may be late, or never.
   */
  private static boolean runs(ProcessHandle process) {
    if (!process.isAlive()) {
      return false;
    }
    try {
      return !isOver(Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat")));
    } catch (IOException noSuchFileHere) {
      return process.isAlive();
    }
  }

  /**
   * Whether nothing of a process runs any more. Its first thread may be done before others, which have its
   * ports and files for as long as what they write takes.
   *
   * @param stat its line of {@code /proc/PID/stat}
   */
  static boolean isOver(String stat) {
    String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return words[STATE].equals("Z") && Integer.parseInt(words[THREADS]) <= 1;
  }

  /** Waits until one of these nodes' processes has ended, or for so long; null if all go on. */
  static ClusterFile.NodeEntry anyEnded(List<ClusterFile.NodeEntry> nodes, Duration patience)
      throws InterruptedException {
    Thread.sleep(patience.toMillis());
    return nodes.stream().filter(node -> find(node).isEmpty()).findFirst().orElse(null);
  }

  /** Waits for the end of a process; false if it goes on. */
  static boolean ended(ProcessHandle process, Duration patience) throws InterruptedException {
    long start = System.nanoTime();
    while (runs(process)) {
      if (System.nanoTime() - start > patience.toNanos()) {
        return false;
      }
      Thread.sleep(POLL_MS);
    }
    return true;
  }
}
