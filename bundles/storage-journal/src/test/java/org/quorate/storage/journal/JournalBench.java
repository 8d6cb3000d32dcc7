package org.quorate.storage.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.DurableToken;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StorageException;

/**
 * Measures the journal on a real directory beside the disk's own sync rate: {@code JournalBench
 * DIRECTORY [SECONDS]}. One loop keeps 1, 16, 64, 256 appends of 100 bytes under way.
 */
public final class JournalBench {
  private static final int RECORD_BYTES = 100;

  private final LinkedBlockingQueue<Runnable> loop = new LinkedBlockingQueue<>();
  private final long[] latencies = new long[5_000_000];
  private int done;

  private JournalBench() {}

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 3;
    Files.createDirectories(directory);
    System.out.printf(
        "file system %s, JDK %s%n",
        Files.getFileStore(directory).type(), System.getProperty("java.version"));
    System.out.println("what                     per second   p50 us   p99 us   syncs/s");
    for (int round = 0; round < 2; round++) {
      new JournalBench().syncRate(directory, seconds);
      for (int outstanding : new int[] {1, 16, 64, 256}) {
        new JournalBench().appends(directory, outstanding, seconds);
      }
    }
  }

  private void syncRate(Path directory, double seconds) throws IOException {
    Path file = Files.createTempFile(directory, "raw", ".bin");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(16 << 20), 0);
      channel.force(true);
      ByteBuffer record = ByteBuffer.allocateDirect(144);
      long begin = System.nanoTime();
      for (long at = 0; System.nanoTime() - begin < seconds * 1e9; at = (at + 144) % (15 << 20)) {
        long before = System.nanoTime();
        channel.write(record.clear(), at);
        channel.force(false);
        latencies[done++] = System.nanoTime() - before;
      }
      print("write + fdatasync", System.nanoTime() - begin, done);
    } finally {
      Files.delete(file);
    }
  }

  private void appends(Path directory, int outstanding, double seconds) throws Exception {
    GroupId group = GroupId.of("bench");
    Path journal = directory.resolve("journal");
    try (JournalStorage storage = new JournalStorage(journal)) {
      LinkStore store = storage.open(group, 1, loop::add);
      List<Bytes> records = List.of(Bytes.wrap(new byte[RECORD_BYTES]));
      for (int warm = 0; warm < 2; warm++) {
        done = 0;
        long begin = System.nanoTime();
        long end = begin + (long) (seconds * 1e9);
        long syncs = storage.figures().get("journal.syncs");
        int issued = 0;
        for (int i = 0; i < outstanding; i++, issued++) {
          append(store, records);
        }
        while (done < issued) {
          loop.take().run();
          for (; issued - done < outstanding && System.nanoTime() < end; issued++) {
            append(store, records);
          }
          store.log().trimPrefix(Math.max(1, store.log().lastIndex() - 100_000));
        }
        if (warm == 1) {
          long ns = System.nanoTime() - begin;
          print(outstanding + " outstanding", ns, storage.figures().get("journal.syncs") - syncs);
        }
      }
      store.close();
    }
    try (var files = Files.list(journal)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  private void append(LinkStore store, List<Bytes> records) {
    long issued = System.nanoTime();
    Pending.Listener listener =
        new Pending.Listener() {
          @Override
          public void durable(DurableToken token) {
            latencies[done++] = System.nanoTime() - issued;
          }

          @Override
          public void failed(StorageException why) {
            throw why;
          }
        };
    store.log().append(store.log().lastIndex() + 1, records, new Pending(0, listener));
  }

  private void print(String what, long ns, long syncs) {
    long[] sorted = Arrays.copyOf(latencies, done);
    Arrays.sort(sorted);
    System.out.printf(
        "%-24s %10.0f %8.0f %8.0f %9.0f%n",
        what,
        done * 1e9 / ns,
        sorted[done / 2] / 1e3,
        sorted[(int) (done * 0.99)] / 1e3,
        syncs * 1e9 / ns);
  }
}
