package org.quorate.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.DurableToken;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StorageException;
import org.quorate.tck.storage.LogState;

/** A process that appends is killed with SIGKILL; what it said was acknowledged is there. */
class KillTest {
  private static final GroupId GROUP = GroupId.of("alpha");
  private static final int SEGMENT_BYTES = 1 << 16;
  private static final int ROUNDS = 6;
  private static final int OUTSTANDING = 16;

  /** Far more than a child needs; one that hangs is ended. */
  private static final long LIMIT_S = 90;

  private static Bytes record(long index) {
    byte[] bytes = new byte[(int) (index * 37 % 300)];
    new SplittableRandom(index).nextBytes(bytes);
    return Bytes.wrap(bytes);
  }

  /** The child: appends, says each acknowledged index, trims now and then, until it is killed. */
  public static final class Child {
    private final LinkedBlockingQueue<Runnable> loop = new LinkedBlockingQueue<>();
    private LinkStore store;

    public static void main(String[] args) throws InterruptedException {
      new Child().run(Path.of(args[0]));
    }

    private void run(Path directory) throws InterruptedException {
      store = new JournalStorage(directory, SEGMENT_BYTES).open(GROUP, 1, loop::add);
      for (int i = 0; i < OUTSTANDING; i++) {
        append();
      }
      while (true) {
        loop.take().run();
      }
    }

    private void append() {
      long index = store.log().lastIndex() + 1;
      Pending.Listener told =
          new Pending.Listener() {
            @Override
            public void durable(DurableToken token) {
              System.out.println(index);
              if (System.out.checkError()) {
                Runtime.getRuntime().halt(2); // nobody is left to whom it could be told
              }
              if (index % 1000 == 0) {
                store.log().trimPrefix(index - 500);
              }
              append();
            }

            @Override
            public void failed(StorageException why) {
              throw why;
            }
          };
      store.log().append(index, List.of(record(index)), new Pending(index, told));
    }
  }

  @Test
  void whatWasAcknowledgedSurvivesSigkill(@TempDir Path directory) throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    long acknowledged = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long before = acknowledged;
      acknowledged = Math.max(acknowledged, killed(directory, 200 + random.nextInt(3000)));
      assertTrue(acknowledged > before, "nothing was acknowledged in round " + round);
      try (JournalStorage storage = new JournalStorage(directory, SEGMENT_BYTES)) {
        LogState found = LogState.of(storage.open(GROUP, 1, Runnable::run));
        assertTrue(found.last() >= acknowledged, found.last() + " of " + acknowledged);
        assertTrue(found.last() <= acknowledged + 2 * OUTSTANDING, "records nobody appended");
        for (long i = found.first(); i <= found.last(); i++) {
          assertEquals(record(i), found.records().get((int) (i - found.first())), "record " + i);
        }
        acknowledged = found.last();
      }
    }
  }

  /** Kills a child after so many acknowledgements; returns the last that it printed. */
  private static long killed(Path directory, int acknowledgements) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    CompletableFuture.delayedExecutor(LIMIT_S, TimeUnit.SECONDS).execute(child::destroyForcibly);
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      long last = 0;
      for (int i = 0; i < acknowledgements; i++) {
        String line = out.readLine();
        assertNotNull(line, "the child has ended, or took too long, behind " + last);
        last = Long.parseLong(line);
      }
      child.toHandle().destroyForcibly(); // unlike the process's own, this leaves the pipe open
      return drained(out, last);
    } finally {
      child.destroyForcibly();
      assertTrue(child.waitFor(30, TimeUnit.SECONDS));
    }
  }

  /** What was printed before the kill counts as well; the last line may be cut. */
  private static long drained(BufferedReader out, long last) throws IOException {
    long newest = last;
    for (String line; (line = out.readLine()) != null; ) {
      if (line.equals(Long.toString(newest + 1))) {
        newest++;
      }
    }
    return newest;
  }
}
