package org.quorate.storage.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.files.StorageFile;
import org.quorate.spi.storage.files.StorageFiles;

/**
 * The files of a journal: those with records, one prepared ahead, and spare ones. The writer calls
 * all but {@link #get}, {@link #count} and {@link #spares}, which any thread may.
 *
 * <p>Filling a new file takes long, so it happens ahead and in the background. The file ahead is
 * also the reserve: a full disk shows while there is a segment left to write.
 */
final class Segments implements Closeable {
  private static final int FILL_BYTES = 1 << 20;

  private final StorageFiles files;
  private final JournalSettings settings;
  private final long journal;
  private final Executor background;
  private final ConcurrentSkipListMap<Long, Segment> live = new ConcurrentSkipListMap<>();
  private final Deque<String> spares = new ArrayDeque<>();
  private volatile CompletableFuture<Segment> next;

  Segments(StorageFiles files, JournalSettings settings, long journal, Executor background) {
    this.files = files;
    this.settings = settings;
    this.journal = journal;
    this.background = background;
  }

  /** A segment that recovery found. */
  void add(Segment segment) {
    live.put(segment.number(), segment);
  }

  /** A file of the right size that nothing needs any more. */
  void addSpare(String name) {
    synchronized (spares) {
      spares.add(name);
    }
  }

  long first() {
    return live.firstKey();
  }

  Segment current() {
    return live.lastEntry().getValue();
  }

  /** The segment of a record that is kept. */
  Segment get(long number) {
    return live.get(number);
  }

  int count() {
    return live.size();
  }

  int spares() {
    synchronized (spares) {
      return spares.size();
    }
  }

  /** Says that the segment ahead exists already. */
  void setNext(Segment prepared) {
    next = CompletableFuture.completedFuture(prepared);
  }

  /** Begins to prepare the segment after the current one. */
  void prepareNext() {
    long number = nextNumber();
    CompletableFuture<Segment> ahead = new CompletableFuture<>();
    next = ahead;
    background.execute(
        () -> {
          try {
            ahead.complete(prepare(number));
          } catch (StorageException e) {
            ahead.completeExceptionally(e);
          }
        });
  }

  private long nextNumber() {
    return live.isEmpty() ? 1 : current().number() + 1;
  }

  /** Whether there was no room for the segment ahead. */
  boolean starved() {
    return next.isCompletedExceptionally();
  }

  /**
   * Waits for the segment ahead; it is durable and empty, and becomes the current one by {@link
   * #advance}.
   */
  Segment awaitNext() {
    try {
      return next.join();
    } catch (CompletionException e) {
      StorageException why = (StorageException) e.getCause();
      if (why.kind() != StorageException.Kind.FULL) {
        throw why;
      }
      // Room may have been made since; a file that could not be made is not a failed sync.
      Segment late = prepare(nextNumber());
      setNext(late);
      return late;
    }
  }

  void advance(Segment segment) {
    add(segment);
    prepareNext();
  }

  private Segment prepare(long number) {
    String name = Layout.name(number);
    StorageFile file = null;
    try {
      file = fresh(name);
      file.write(Layout.header(journal, number, settings.segmentBytes()), 0);
      file.force();
      files.syncDirectory();
      int salt = Layout.salt(journal, number);
      return new Segment(number, name, file, settings.segmentBytes(), salt);
    } catch (IOException e) {
      discard(name, file, e);
      throw Failures.io(
          "cannot prepare " + files.path(name) + " of " + settings.segmentBytes() + " bytes", e);
    }
  }

  private StorageFile fresh(String name) throws IOException {
    String spare;
    synchronized (spares) {
      spare = spares.poll();
    }
    if (spare != null) {
      files.rename(spare, name);
      files.syncDirectory(); // before it changes: under its first name it may still be needed
      return files.open(name);
    }
    StorageFile file = files.create(name);
    try {
      zero(file, 0, settings.segmentBytes());
      return file;
    } catch (IOException e) {
      discard(name, file, e);
      throw e;
    }
  }

  /** Gives the room back, and leaves no file that looks prepared but is not on disk. */
  private void discard(String name, StorageFile file, IOException why) {
    if (file == null) {
      return;
    }
    try (file) {
      files.delete(name);
    } catch (IOException again) {
      why.addSuppressed(again);
    }
  }

  /** Fills a part of a file; the caller syncs. */
  static void zero(StorageFile file, long from, long to) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(FILL_BYTES, to - from));
    for (long at = from; at < to; at += zeros.capacity()) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), to - at));
      file.write(zeros, at);
    }
  }

  /** Takes segments out of use; that they may go must be durable. */
  void release(long firstLive) throws IOException {
    List<Segment> dead = new ArrayList<>(live.headMap(firstLive).values());
    for (Segment segment : dead) {
      live.remove(segment.number());
      segment.file().close();
      retire(segment.name(), segment.bytes());
    }
  }

  /** Makes a spare file of one, or deletes it. */
  void retire(String name, long bytes) throws IOException {
    if (bytes != settings.segmentBytes() || spares() >= settings.spares()) {
      files.delete(name);
      return;
    }
    String spare = "spare" + name.substring(name.indexOf('-'));
    files.rename(name, spare);
    addSpare(spare);
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    List<Segment> open = new ArrayList<>(live.values());
    try {
      open.add(next.join());
    } catch (CompletionException ignored) {
      // There is no file ahead to close.
    }
    for (Segment segment : open) {
      try {
        segment.file().close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
