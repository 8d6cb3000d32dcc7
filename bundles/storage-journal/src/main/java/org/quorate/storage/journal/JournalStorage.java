package org.quorate.storage.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.quorate.api.GroupId;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.files.StorageFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log storage "journal": one journal for all links of a data directory, opened at first use. */
public class JournalStorage implements LogStorage {
  /** Size of segment files unless told otherwise. */
  public static final int DEFAULT_SEGMENT_BYTES = JournalSettings.DEFAULTS.segmentBytes();

  /** Opens the directory. */
  interface Opener {
    StorageFiles open() throws IOException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(JournalStorage.class);

  private final String where;
  private final Opener opener;
  private JournalSettings settings;
  private final Drive drive;
  private final LongSupplier ids;
  private Journal journal;
  private boolean closed;

  /**
   * A journal in a directory, which is made if it is not there.
   *
   * @param segmentBytes size of new segment files, from 1 KiB to 1 GiB
   */
  public JournalStorage(Path directory, int segmentBytes) {
    this(
        directory.toString(),
        () -> new NioFiles(directory),
        new JournalSettings(
            segmentBytes, JournalSettings.DEFAULTS.spares(), JournalSettings.DEFAULTS.idleMs()),
        new ThreadDrive(JournalSettings.DEFAULTS.idleMs()),
        new SecureRandom()::nextLong);
  }

  /** A journal with segments of the usual size. */
  public JournalStorage(Path directory) {
    this(directory, DEFAULT_SEGMENT_BYTES);
  }

  JournalStorage(
      String where, Opener opener, JournalSettings settings, Drive drive, LongSupplier ids) {
    this.where = where;
    this.opener = opener;
    this.settings = settings;
    this.drive = drive;
    this.ids = ids;
  }

  @Override
  public String name() {
    return "journal";
  }

  @Override
  public boolean durable() {
    return true;
  }

  @Override
  public List<Parameter> parameters() {
    return JournalParameters.all();
  }

  @Override
  public synchronized void configure(Options set) {
    if (journal == null && set.values().containsKey(JournalParameters.SEGMENT_BYTES.name())) {
      settings =
          new JournalSettings(
              (int) set.number(JournalParameters.SEGMENT_BYTES),
              settings.spares(),
              settings.idleMs());
    }
  }

  @Override
  public LinkStore open(GroupId group, long epoch, Executor loop) {
    return journal().open(group, epoch, loop);
  }

  @Override
  public void delete(GroupId group, long epoch) {
    journal().delete(group, epoch);
  }

  @Override
  public boolean movable() {
    return true;
  }

  @Override
  public List<Long> links(GroupId group) {
    return journal().links(group);
  }

  @Override
  public Map<String, Long> figures() {
    Journal opened;
    synchronized (this) {
      opened = journal;
    }
    return opened == null ? Map.of() : opened.figures();
  }

  private synchronized Journal journal() {
    if (closed) {
      throw new IllegalStateException("the journal in " + where + " is closed");
    }
    if (journal == null) {
      journal = openJournal();
    }
    return journal;
  }

  private Journal openJournal() {
    Closeable lock = null;
    try {
      StorageFiles files = opener.open();
      lock = files.lock();
      Recovery.Result found = Recovery.run(files, settings, drive.background(), ids);
      Journal opened = new Journal(files, drive, lock, found);
      lock = null;
      return opened;
    } catch (IOException e) {
      throw Failures.io("cannot open the journal in " + where, e);
    } finally {
      release(lock);
    }
  }

  /** The error that is being reported came first: what happens here is for the log only. */
  private void release(Closeable lock) {
    if (lock != null) {
      try {
        lock.close();
      } catch (IOException e) {
        LOG.debug("the lock of the journal in {} is not released", where, e);
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (journal != null) {
      try {
        journal.close();
      } catch (IOException e) {
        throw Failures.io("cannot close the journal in " + where, e);
      }
    }
  }
}
