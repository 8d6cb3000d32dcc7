package org.quorate.storage.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;
import org.quorate.spi.storage.files.StorageFile;
import org.quorate.spi.storage.files.StorageFiles;

/**
 * Opens the journal of a directory: looks at the files, {@link Scan reads} them, and only when all
 * of it is sound cuts a torn tail and puts the files in order.
 */
final class Recovery {
  /** What a journal starts with. */
  record Result(
      Segments segments, FrameWriter writer, Collection<LogStream> streams, int lastStream) {}

  /** A file with its header read; null if there is none that counts. */
  private record Found(long number, String name, StorageFile file, Layout.Header header) {}

  private final StorageFiles files;
  private final JournalSettings settings;
  private final Executor background;
  private final LongSupplier ids;

  private final List<Found> found = new ArrayList<>();

  /** Numbers of files before a gap: freed, if the journal says so. */
  private final TreeSet<Long> stray = new TreeSet<>();

  private Recovery(
      StorageFiles files, JournalSettings settings, Executor background, LongSupplier ids) {
    this.files = files;
    this.settings = settings;
    this.background = background;
    this.ids = ids;
  }

  /**
   * Recovers, or formats an empty directory.
   *
   * @param ids makes the identity of a new journal
   */
  static Result run(
      StorageFiles files, JournalSettings settings, Executor background, LongSupplier ids) {
    Recovery recovery = new Recovery(files, settings, background, ids);
    try {
      return recovery.run();
    } catch (IOException e) {
      recovery.closeFiles(e);
      throw Failures.io("cannot open the journal in " + files.path(""), e);
    } catch (RuntimeException e) {
      recovery.closeFiles(e);
      throw e;
    }
  }

  private void closeFiles(Exception first) {
    for (Found f : found) {
      try {
        f.file().close();
      } catch (IOException e) {
        first.addSuppressed(e);
      }
    }
  }

  private Result run() throws IOException {
    inspect();
    String unbegun = dropUnbegun();
    if (found.isEmpty()) {
      if (!stray.isEmpty()) {
        throw missing(stray.last() + 1);
      }
      return format(unbegun);
    }
    List<Segment> segments = new ArrayList<>();
    long journal = found.get(0).header().journal();
    for (Found f : found) {
      if (f.header().journal() != journal) {
        throw Failures.corrupt(files.path(f.name()), 16, "belongs to another journal");
      }
      segments.add(
          new Segment(
              f.number(),
              f.name(),
              f.file(),
              (int) f.header().bytes(),
              Layout.salt(journal, f.number())));
    }
    Scan scan = new Scan(files, segments);
    long first = segments.get(0).number();
    if (first > 1 && !scan.begins()) {
      // Those before it were freed by a frame that was on disk.
      String gap = stray.isEmpty() ? "" : "; " + files.path(Layout.name(first - 1)) + " is missing";
      throw Failures.corrupt(
          files.path(segments.get(0).name()),
          Layout.HEADER_BYTES,
          "the first frame does not verify" + gap);
    }
    scan.run();
    if (first > 1 && scan.replay().firstLive() < first) {
      throw missing(first - 1);
    }
    scan.checkStreams();
    return repair(segments, scan, journal, unbegun);
  }

  private StorageException missing(long number) {
    return new StorageException(
        Kind.CORRUPT, files.path(Layout.name(number)) + ", offset 0: the file is missing");
  }

  private void inspect() throws IOException {
    TreeSet<Long> numbers = new TreeSet<>();
    for (String name : files.list()) {
      long number = Layout.segmentOf(name);
      if (number >= 0) {
        numbers.add(number);
      }
    }
    // The last run without a gap is the journal.
    TreeSet<Long> run = new TreeSet<>();
    for (long n = numbers.isEmpty() ? 0 : numbers.last(); numbers.contains(n); n--) {
      run.add(n);
    }
    numbers.removeAll(run);
    stray.addAll(numbers);
    for (long number : run) {
      String name = Layout.name(number);
      StorageFile file = files.open(name);
      ByteBuffer b = ByteBuffer.allocate(Layout.HEADER_BYTES);
      file.read(b, 0);
      Layout.Header header = Layout.header(b.flip());
      found.add(new Found(number, name, file, header));
      if (header != null && header.version() > Layout.VERSION) {
        throw new StorageException(
            Kind.NEWER_VERSION,
            files.path(name)
                + " has format version "
                + header.version()
                + "; this build reads up to "
                + Layout.VERSION);
      }
    }
  }

  /**
   * The last file may have been about to be prepared, or recycled, when the process died: then it
   * has no header of its own and no frame. Any other must have both.
   *
   * @return its name, or null
   */
  private String dropUnbegun() throws IOException {
    String unbegun = null;
    for (int i = 0; i < found.size(); i++) {
      Found f = found.get(i);
      String path = files.path(f.name());
      boolean own = f.header() != null && f.header().segment() == f.number();
      if (own && f.header().bytes() == f.file().size()) {
        continue;
      }
      if (i < found.size() - 1 || hasFrame(f)) {
        throw own
            ? Failures.corrupt(
                path, f.file().size(), "the file was of " + f.header().bytes() + " bytes")
            : Failures.corrupt(path, 0, "the header does not verify");
      }
      f.file().close();
      unbegun = f.name();
    }
    if (unbegun != null) {
      found.remove(found.size() - 1);
    }
    return unbegun;
  }

  /** Whether a frame of the file's present use begins behind the header. */
  private boolean hasFrame(Found f) throws IOException {
    ByteBuffer b = ByteBuffer.allocate((int) Math.min(f.file().size(), Integer.MAX_VALUE - 8));
    f.file().read(b, 0);
    b.flip();
    if (!Layout.frameAt(b, Layout.HEADER_BYTES)) {
      return false;
    }
    // A file that is alone was not recycled: whatever frame it has is its own.
    Layout.Header before = found.get(0).header();
    return found.size() == 1
        || Layout.salt(b, Layout.HEADER_BYTES) == Layout.salt(before.journal(), f.number());
  }

  private Result format(String unbegun) throws IOException {
    if (unbegun != null) {
      files.delete(unbegun);
    }
    Segments made = new Segments(files, settings, ids.getAsLong(), background);
    collectSpares(made);
    made.prepareNext();
    made.advance(made.awaitNext());
    FrameWriter writer = new FrameWriter(files, made, settings, Layout.HEADER_BYTES, 1);
    return new Result(made, writer, List.of(), 0);
  }

  private Result repair(List<Segment> segments, Scan scan, long journal, String unbegun)
      throws IOException {
    int end = scan.endSegment();
    // From behind: as long as later frames are there, earlier ones must be, too.
    for (int i = segments.size() - 1; i >= end; i--) {
      Segment s = segments.get(i);
      int from = i == end ? scan.endOffset() : Layout.HEADER_BYTES;
      if (scan.isDirty(i, from)) {
        Segments.zero(s.file(), from, s.bytes());
        s.file().force();
      }
    }
    writeAgain(segments, scan);
    if (unbegun != null) {
      files.delete(unbegun);
    }
    for (int i = segments.size() - 1; i > end + 1; i--) {
      segments.get(i).file().close();
      files.delete(segments.get(i).name());
      files.syncDirectory(); // one by one, so that no gap can appear
    }
    Segments kept = new Segments(files, settings, journal, background);
    collectSpares(kept);
    for (Segment s : segments.subList(0, end + 1)) {
      kept.add(s);
    }
    kept.release(scan.replay().firstLive());
    for (long number : stray) {
      files.delete(Layout.name(number));
    }
    files.syncDirectory();
    if (end + 1 < segments.size()) {
      kept.setNext(segments.get(end + 1));
    } else {
      kept.prepareNext();
    }
    FrameWriter writer =
        new FrameWriter(files, kept, settings, scan.endOffset(), scan.endSequence());
    Replay replay = scan.replay();
    return new Result(kept, writer, replay.streams().values(), replay.lastStream());
  }

  /**
   * Makes what the last batch left durable before anyone is told of it. It may be in the page cache
   * only; after a failed sync it even counts as clean there, so that a sync alone would do nothing.
   */
  private static void writeAgain(List<Segment> segments, Scan scan) throws IOException {
    int end = scan.endSegment();
    int batch = scan.batchSegment();
    if (batch <= end) {
      Segment s = segments.get(batch);
      int to = batch == end ? scan.endOffset() : s.bytes();
      ByteBuffer b = ByteBuffer.allocate(Math.max(0, to - scan.batchAt()));
      s.file().read(b, scan.batchAt());
      s.file().write(b.flip(), scan.batchAt());
    }
    for (int i = Math.max(0, end - 1); i <= Math.min(end + 1, segments.size() - 1); i++) {
      segments.get(i).file().force();
    }
  }

  private void collectSpares(Segments segments) throws IOException {
    for (String name : new TreeSet<>(files.list())) {
      if (name.matches("spare-[0-9a-f]{16}\\.seg")) {
        long size;
        try (StorageFile file = files.open(name)) {
          size = file.size();
        }
        if (size == settings.segmentBytes() && segments.spares() < settings.spares()) {
          segments.addSpare(name);
        } else {
          files.delete(name);
        }
      }
    }
  }
}
