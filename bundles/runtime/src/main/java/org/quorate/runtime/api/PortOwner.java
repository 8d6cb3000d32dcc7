package org.quorate.runtime.api;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out which process listens on a port, where the system tells (Linux). */
public final class PortOwner {
  private static final Logger LOG = LoggerFactory.getLogger(PortOwner.class);
  private static final int SHOWN = 120;

  private PortOwner() {}

  /**
   * The process that listens on a port of this machine, as {@code process 4711 (its command)}. Reads
   * {@code /proc}: for the moment when a port turned out to be taken, not for an event loop.
   *
   * @return empty if nobody listens or the system does not tell
   */
  public static Optional<String> of(int port) {
    try {
      Set<String> inodes = new HashSet<>();
      for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
        Path file = Path.of(table);
        if (Files.isReadable(file)) {
          collect(Files.readAllLines(file), port, inodes);
        }
      }
      return inodes.isEmpty() ? Optional.empty() : Optional.of(owner(inodes));
    } catch (IOException e) {
      LOG.debug("who listens on port {} is not known", port, e);
      return Optional.empty();
    }
  }

  /** What to append to a message about a port that cannot be opened; empty if it is not known. */
  public static String hint(int port) {
    return of(port).map(owner -> "; " + owner + " listens there").orElse("");
  }

  private static void collect(List<String> lines, int port, Set<String> inodes) {
    String suffix = String.format(":%04X", port);
    for (String line : lines) {
      String[] field = line.trim().split("\\s+");
      if (field.length > 9 && field[1].endsWith(suffix) && field[3].equals("0A")) {
        inodes.add("socket:[" + field[9] + "]");
      }
    }
  }

  private static String owner(Set<String> inodes) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        if (holds(process.resolve("fd"), inodes)) {
          String command = Files.readString(process.resolve("cmdline")).replace('\0', ' ').strip();
          String shown = command.length() > SHOWN ? command.substring(0, SHOWN) + "…" : command;
          return "process " + process.getFileName() + " (" + shown + ")";
        }
      }
    }
    return "a process of another user";
  }

  private static boolean holds(Path descriptors, Set<String> inodes) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
      for (Path descriptor : all) {
        if (Files.isSymbolicLink(descriptor)
            && inodes.contains(Files.readSymbolicLink(descriptor).toString())) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("{} has ended or is another user's", descriptors.getParent(), e);
    }
    return false;
  }
}
