package org.quorate.cli.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;

/** What the disk below a directory does by itself. */
final class Disk {
  private static final int FILE_BYTES = 8 << 20;

  private Disk() {}

  /** Name of the file system; throws CliException for one that keeps its files in memory. */
  static String fileSystem(Path directory) {
    try {
      String type = Files.getFileStore(directory).type();
      if (type.equals("tmpfs") || type.equals("ramfs")) {
        throw new CliException(
            ExitCode.USAGE,
            directory + " is on " + type + ": a sync there does nothing",
            "choose a directory on a disk with --dir");
      }
      return type;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes 100 bytes and syncs them, one after the other, into a file that has its size. */
  static ClosedLoop.Result syncs(Path directory, double seconds) {
    Path file = directory.resolve("sync-rate.tmp");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
      for (int at = 0; at < FILE_BYTES; at += zeros.capacity()) {
        channel.write(zeros.clear(), at);
      }
      channel.force(true);
      ByteBuffer record = ByteBuffer.allocateDirect(100);
      Histogram latency = new Histogram(3);
      long began = System.nanoTime();
      long end = began + (long) (seconds * 1e9);
      long at = 0;
      long now = began;
      while (now < end) {
        channel.write(record.clear(), at);
        channel.force(false);
        long after = System.nanoTime();
        latency.recordValue(after - now);
        now = after;
        at = (at + 100) % (FILE_BYTES - 100);
      }
      return new ClosedLoop.Result((now - began) / 1e9, 0, latency);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Flushes of all disks of this machine since its start, or -1 if the system does not tell. */
  static long flushes() {
    try {
      List<String> disks = Files.readAllLines(Path.of("/proc/diskstats"));
      long sum = 0;
      for (String disk : disks) {
        String[] fields = disk.trim().split("\\s+");
        if (fields.length > 18 && fields[2].matches("[a-z]+|nvme\\d+n\\d+|mmcblk\\d+")) {
          sum += Long.parseLong(fields[18]);
        }
      }
      return sum;
    } catch (IOException e) {
      return -1;
    }
  }
}
