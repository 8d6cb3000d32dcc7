package org.quorate.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.quorate.simulator.SimulationOptions;
import org.quorate.simulator.SimulationReport;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.SimulationRunner;
import org.quorate.simulator.Subject;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.files.LogOnFiles;
import org.quorate.spi.storage.files.StorageFile;
import org.quorate.spi.storage.files.StorageFiles;
import org.quorate.tck.fixtures.paxos.SlotPaxosStrategy;

/** Whole groups on journals whose disks lose, tear and flip what they hold. */
class JournalSimulationTest {
  private static SimulationReport run(LogOnFiles logs, int seeds) {
    Subject subject = Subject.of(new SlotPaxosStrategy()).with(logs);
    return new SimulationRunner(subject, SimulationOptions.DEFAULTS, true)
        .run(1, seeds, Runtime.getRuntime().availableProcessors(), result -> {});
  }

  @Test
  void aGroupOnJournalsSurvives() {
    SimulationReport report = run(new JournalOnFiles(), 60);
    assertEquals(List.of(), report.failures());
    assertTrue(report.share(Mark.CORRUPTION_FOUND) > 0.1, report.toString());
  }

  @Test
  void aJournalThatDoesNotSyncIsFoundOut() {
    LogOnFiles lying =
        new LogOnFiles() {
          @Override
          public String name() {
            return "lying";
          }

          @Override
          public LogStorage open(StorageFiles files, Executor writer, long seed) {
            return new JournalOnFiles().open(new Unsynced(files), writer, seed);
          }
        };
    assertFalse(run(lying, 100).failures().isEmpty());
  }

  /** Files that are never forced. */
  private record Unsynced(StorageFiles files) implements StorageFiles {
    @Override
    public Closeable lock() throws IOException {
      return files.lock();
    }

    @Override
    public List<String> list() throws IOException {
      return files.list();
    }

    @Override
    public StorageFile create(String name) throws IOException {
      return new UnsyncedFile(files.create(name));
    }

    @Override
    public StorageFile open(String name) throws IOException {
      return new UnsyncedFile(files.open(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
      files.rename(from, to);
    }

    @Override
    public void delete(String name) throws IOException {
      files.delete(name);
    }

    @Override
    public void syncDirectory() throws IOException {
      files.syncDirectory();
    }

    @Override
    public String path(String name) {
      return files.path(name);
    }
  }

  private record UnsyncedFile(StorageFile file) implements StorageFile {
    @Override
    public void write(ByteBuffer source, long at) throws IOException {
      file.write(source, at);
    }

    @Override
    public void read(ByteBuffer target, long at) throws IOException {
      file.read(target, at);
    }

    @Override
    public void force() {}

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
