package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Processes that are no children of this one, and die by SIGKILL. */
final class Killed {
  private static final long PATIENCE_S = 120;

  private Killed() {}

  /** All at the same moment; waits for the end of each. */
  static void all(List<ProcessHandle> processes) throws InterruptedException {
    processes.forEach(ProcessHandle::destroyForcibly);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    for (ProcessHandle process : processes) {
      while (!isOver(process)) {
        assertTrue(System.nanoTime() < end, () -> "process " + process.pid() + " does not die");
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
  }

  /** Where nobody asks for its end, as in some containers, it stays in the table with its last thread. */
  private static boolean isOver(ProcessHandle process) {
    if (!process.isAlive()) {
      return true;
    }
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return words[0].equals("Z") && words[17].equals("1");
    } catch (IOException noSuchFileHere) {
      return !process.isAlive();
    }
  }
}
