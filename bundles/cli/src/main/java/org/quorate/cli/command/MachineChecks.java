package org.quorate.cli.command;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.quorate.cli.CliException;
import org.quorate.cli.cluster.Distribution;

/** What can be wrong with the machine before there is a cluster. */
final class MachineChecks {
  private static final long LOW_SPACE = 1L << 30;
  private static final long NO_SPACE = 100L << 20;
  private static final long CLOCK_SLACK_S = 120;

  private MachineChecks() {}

  static List<Finding> all(Root root) {
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    findings.add(distribution(root));
    Path existing = existing(root.data());
    try {
      FileStore store = Files.getFileStore(existing);
      findings.add(space(store, existing));
      findings.add(fileSystem(store, existing));
    } catch (IOException e) {
      findings.add(
          Finding.error("disk", existing + ": " + e.getMessage(), "choose another --data"));
    }
    if (!Files.isWritable(existing)) {
      findings.add(Finding.error("disk", existing + " cannot be written", "choose another --data"));
    }
    findings.add(clock(existing));
    return findings;
  }

  /** The directory itself or the nearest one above that is there. */
  private static Path existing(Path path) {
    Path at = path.toAbsolutePath();
    while (!Files.exists(at)) {
      at = at.getParent();
    }
    return at;
  }

  private static Finding java() {
    int version = Runtime.version().feature();
    String text = "Java " + Runtime.version();
    return version >= 17
        ? Finding.ok("java", text)
        : Finding.error("java", text, "install a JDK 17 or newer and set JAVA_HOME");
  }

  private static Finding distribution(Root root) {
    try {
      Distribution distribution = root.distribution();
      return Finding.ok("distribution", distribution.version() + " in " + distribution.home());
    } catch (CliException e) {
      return Finding.error("distribution", e.getMessage(), e.next());
    }
  }

  private static Finding space(FileStore store, Path where) throws IOException {
    long free = store.getUsableSpace();
    String text = (free >> 20) + " MiB free in " + where;
    if (free < NO_SPACE) {
      return Finding.error("space", text, "free some space: nodes stop when the disk is full");
    }
    return free < LOW_SPACE
        ? Finding.warn("space", text, "free some space before loading much")
        : Finding.ok("space", text);
  }

  private static Finding fileSystem(FileStore store, Path where) {
    String type = store.type();
    boolean memory = type.equals("tmpfs") || type.equals("ramfs");
    return memory
        ? Finding.warn(
            "file system",
            where + " is " + type + ": in memory, gone after a restart",
            "keep data on a disk: --data DIR")
        : Finding.ok("file system", type);
  }

  /** A file from the future tells that the clock was set back. */
  private static Finding clock(Path directory) {
    Instant limit = Instant.now().plusSeconds(CLOCK_SLACK_S);
    try (Stream<Path> files = Files.walk(directory, 2)) {
      for (Path file : files.limit(1000).toList()) {
        if (Files.getLastModifiedTime(file).toInstant().isAfter(limit)) {
          return Finding.warn(
              "clock",
              "it is " + Instant.now() + ", but " + file + " is newer",
              "check the time of this machine");
        }
      }
      return Finding.ok("clock", Instant.now().toString());
    } catch (IOException | java.io.UncheckedIOException e) {
      return Finding.warn("clock", "not checked: " + e.getMessage(), "check the directory");
    }
  }
}
