package org.quorate.storage.journal;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.files.StorageFiles;

/**
 * The journal of a data directory. Links put their writes into one queue; one writer takes all that
 * is there, writes it, syncs once, and settles it: what arrives meanwhile is the next batch. No
 * timer delays a lone write.
 *
 * <p>After the first write or sync that fails nothing is written any more: what the disk holds is
 * unknown until the journal is opened again.
 */
final class Journal implements Closeable {
  private final StorageFiles files;
  private final Drive drive;
  private final Closeable lock;
  private final Segments segments;
  private final FrameWriter writer;
  private final Housekeeper housekeeper;

  // Under the monitor of the queue.
  private final Object queueLock = new Object();
  private List<Op> queue = new ArrayList<>();
  private volatile boolean work;

  /** Writer: the other buffer, and the links with something to settle. */
  private List<Op> turn = new ArrayList<>();

  private final List<JournalLink> touched = new ArrayList<>();
  private boolean attested;
  private long appends;

  // Under the monitor of this.
  private final Map<String, LogStream> streams = new TreeMap<>();
  private final Map<LogStream, JournalLink> open = new LinkedHashMap<>();
  private int lastStream;
  private boolean closed;

  private volatile StorageException failure;

  /** Takes over what recovery found and starts the writer. */
  Journal(StorageFiles files, Drive drive, Closeable lock, Recovery.Result found) {
    this.files = files;
    this.drive = drive;
    this.lock = lock;
    this.segments = found.segments();
    this.writer = found.writer();
    for (LogStream stream : found.streams()) {
      streams.put(key(stream.group, stream.epoch), stream);
    }
    this.lastStream = found.lastStream();
    this.housekeeper = new Housekeeper(segments, writer, this::snapshotOfStreams);
    drive.start(this);
  }

  private static String key(String group, long epoch) {
    return group + "/" + epoch;
  }

  String nameOf(LogStream stream) {
    return key(stream.group, stream.epoch);
  }

  private synchronized List<LogStream> snapshotOfStreams() {
    return List.copyOf(streams.values());
  }

  // ---- called by loops and workers

  synchronized JournalLink open(GroupId group, long epoch, Executor loop) {
    checkUsable();
    LogStream stream =
        streams.computeIfAbsent(
            key(group.name(), epoch), k -> new LogStream(++lastStream, group.name(), epoch));
    if (open.containsKey(stream)) {
      throw new IllegalStateException("the log of " + nameOf(stream) + " is open");
    }
    JournalLink link = new JournalLink(this, stream, loop);
    open.put(stream, link);
    return link;
  }

  private void checkUsable() {
    StorageException why = failure;
    if (why != null) {
      throw why;
    }
    if (closed) {
      throw new IllegalStateException("the journal is closed");
    }
  }

  void submit(Op op) {
    synchronized (queueLock) {
      queue.add(op);
      work = true;
    }
    drive.wake();
  }

  List<Bytes> read(LogStream stream, long from, long last, int maxBytes) {
    return stream.read(from, last, maxBytes, files, segments);
  }

  /** Returns when nothing of the link is under way any more. */
  void closeLink(JournalLink link) {
    Op.Barrier barrier = new Op.Barrier(link.stream());
    synchronized (this) {
      if (closed) {
        return;
      }
      submit(barrier);
    }
    try {
      drive.await(barrier.done);
    } catch (CompletionException e) {
      // The journal failed; that was told to those who wrote.
      assert failure != null;
    }
    synchronized (this) {
      open.remove(link.stream());
    }
  }

  /** Epochs of the streams of a group. */
  List<Long> links(GroupId group) {
    checkUsable();
    return snapshotOfStreams().stream()
        .filter(stream -> stream.group.equals(group.name()))
        .map(stream -> stream.epoch)
        .sorted()
        .toList();
  }

  /** Returns when it is durable that the stream is gone. */
  void delete(GroupId group, long epoch) {
    Op.Delete op;
    synchronized (this) {
      checkUsable();
      LogStream stream = streams.get(key(group.name(), epoch));
      if (stream == null) {
        return;
      }
      if (open.containsKey(stream)) {
        throw new IllegalStateException("the log of " + nameOf(stream) + " is open");
      }
      op = new Op.Delete(stream);
      submit(op);
    }
    try {
      drive.await(op.done);
    } catch (CompletionException e) {
      throw (StorageException) e.getCause();
    }
  }

  /** Figures by name: counts since the journal was opened, sizes now. */
  Map<String, Long> figures() {
    Map<String, Long> figures = new TreeMap<>(housekeeper.figures());
    figures.put("journal.segments", (long) segments.count());
    figures.put("journal.spares", (long) segments.spares());
    figures.put("journal.starved", segments.starved() ? 1L : 0);
    figures.put("journal.failed", failure == null ? 0L : 1);
    figures.put("journal.streams", (long) snapshotOfStreams().size());
    return figures;
  }

  // ---- called by the writer

  /** Whether the last batch is known to be on disk by a frame that is on disk itself. */
  boolean isAttested() {
    return attested || failure != null;
  }

  boolean hasWork() {
    return work || housekeepingIsDue();
  }

  private boolean housekeepingIsDue() {
    return failure == null && housekeeper.isDue();
  }

  /** Writes, syncs and settles what is queued; false when there was nothing to do. */
  boolean turn() {
    List<Op> ops = turn;
    synchronized (queueLock) {
      turn = queue;
      queue = ops;
      work = false;
    }
    ops = turn;
    if (ops.isEmpty() && !housekeepingIsDue()) {
      return false;
    }
    if (failure == null) {
      try {
        run(ops);
      } catch (IOException | RuntimeException | Error e) {
        failure = Failures.io("the journal stopped", e);
      }
    }
    finish(ops);
    ops.clear();
    return true;
  }

  private void run(List<Op> ops) throws IOException {
    long before = writer.bytes();
    boolean wrote = housekeeper.write();
    for (Op op : ops) {
      wrote |= write(op);
    }
    if (wrote) {
      writer.sync();
      attested = false;
    }
    for (Op op : ops) {
      op.stream.written(op);
      if (op instanceof Op.Delete) {
        synchronized (this) {
          streams.remove(nameOf(op.stream));
        }
      }
    }
    housekeeper.written(ops, appends, writer.bytes() - before);
  }

  private boolean write(Op op) throws IOException {
    LogStream stream = op.stream;
    if (op instanceof Op.Write && stream.metaSegment == 0 && !(op instanceof Op.Save)) {
      housekeeper.writeMeta(stream);
    }
    if (op instanceof Op.Append append) {
      appends++;
      if (append.records.isEmpty()) {
        writer.write(Layout.TRUNCATE, stream.id, append.first);
      }
      for (int i = 0; i < append.positions.length; i++) {
        append.positions[i] =
            writer.write(Layout.ENTRY, stream.id, append.first + i, append.records.get(i));
      }
      return true;
    } else if (op instanceof Op.Reset reset) {
      writer.write(Layout.RESET, stream.id, reset.next);
      stream.firstGiven = reset.next;
      return true;
    } else if (op instanceof Op.Save save) {
      stream.stable = save.record;
      housekeeper.writeMeta(stream);
      return true;
    } else if (op instanceof Op.Delete) {
      writer.write(Layout.DELETE, stream.id, 0);
      return true;
    } else if (op instanceof Op.Trim trim) {
      stream.firstGiven = trim.first;
    }
    return false;
  }

  /** Settles what the turn wrote, one task for each link, then lets dead segments go. */
  private void finish(List<Op> ops) {
    StorageException why = failure;
    for (Op op : ops) {
      if (op instanceof Op.Write write && write.link.settleLater(write.pending)) {
        touched.add(write.link);
      }
    }
    for (JournalLink link : touched) {
      link.settle(why);
    }
    touched.clear();
    for (Op op : ops) {
      if (op instanceof Op.Barrier barrier) {
        if (why == null) {
          barrier.done.complete(null);
        } else {
          barrier.done.completeExceptionally(why);
        }
      }
    }
    if (why == null) {
      try {
        housekeeper.release();
      } catch (IOException e) {
        failure = Failures.io("cannot take a segment out of use", e);
      }
    }
  }

  /** Says on disk that all before is on disk, so that damage to it cannot pass for a torn write. */
  void attest() {
    if (isAttested()) {
      return;
    }
    try {
      writer.write(Layout.SYNCED, 0, 0);
      writer.sync();
      attested = true;
    } catch (IOException | RuntimeException e) {
      failure = Failures.io("the journal stopped", e);
    }
  }

  /** Settles what is queued, attests, and gives files and lock back. */
  @Override
  public void close() throws IOException {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    drive.stop();
    attest();
    try (lock) {
      segments.close();
    }
  }
}
