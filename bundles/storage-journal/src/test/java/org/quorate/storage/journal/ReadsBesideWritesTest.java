package org.quorate.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.simulator.files.FaultyDisk;
import org.quorate.spi.storage.DurableToken;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.files.StorageFile;
import org.quorate.spi.storage.files.StorageFiles;

/** The writer goes on while a loop reads: what was read ahead of a record may be older than it. */
class ReadsBesideWritesTest {
  private final InlineDrive drive = new InlineDrive();
  private boolean writeAfterRead;

  @Test
  void aRecordThatIsWrittenAfterItsSurroundingsWereReadIsFound() {
    JournalStorage storage =
        new JournalStorage(
            "disk",
            () -> new Hooked(new FaultyDisk()),
            new JournalSettings(4096, 2, 100),
            drive,
            () -> 7);
    LinkStore link = storage.open(GroupId.of("alpha"), 1, Runnable::run);
    append(link, 1, "one", "two");
    drive.runAll();
    append(link, 3, "three", "four");
    writeAfterRead = true;
    assertEquals(
        List.of(Bytes.utf8("one"), Bytes.utf8("two"), Bytes.utf8("three"), Bytes.utf8("four")),
        link.log().read(1, 1 << 20));
    assertEquals(false, writeAfterRead, "the reader has met the writer");
    storage.close();
  }

  private static void append(LinkStore link, long first, String... records) {
    List<Bytes> all = List.of(records).stream().map(Bytes::utf8).toList();
    link.log().append(first, all, new Pending(first, new Unheard()));
  }

  private static final class Unheard implements Pending.Listener {
    @Override
    public void durable(DurableToken token) {}

    @Override
    public void failed(StorageException why) {
      throw why;
    }
  }

  /** Lets the writer have its turn right after the first read that is asked for. */
  private final class Hooked implements StorageFiles {
    private final StorageFiles disk;

    Hooked(StorageFiles disk) {
      this.disk = disk;
    }

    private StorageFile hooked(StorageFile file) {
      return new StorageFile() {
        @Override
        public void write(ByteBuffer source, long at) throws IOException {
          file.write(source, at);
        }

        @Override
        public void read(ByteBuffer target, long at) throws IOException {
          file.read(target, at);
          if (writeAfterRead) {
            writeAfterRead = false;
            drive.runAll();
          }
        }

        @Override
        public void force() throws IOException {
          file.force();
        }

        @Override
        public long size() throws IOException {
          return file.size();
        }

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    }

    @Override
    public Closeable lock() throws IOException {
      return disk.lock();
    }

    @Override
    public List<String> list() throws IOException {
      return disk.list();
    }

    @Override
    public StorageFile create(String name) throws IOException {
      return hooked(disk.create(name));
    }

    @Override
    public StorageFile open(String name) throws IOException {
      return hooked(disk.open(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
      disk.rename(from, to);
    }

    @Override
    public void delete(String name) throws IOException {
      disk.delete(name);
    }

    @Override
    public void syncDirectory() throws IOException {
      disk.syncDirectory();
    }

    @Override
    public String path(String name) {
      return disk.path(name);
    }
  }
}
