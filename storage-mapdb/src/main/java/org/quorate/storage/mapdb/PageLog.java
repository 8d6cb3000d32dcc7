package org.quorate.storage.mapdb;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The redo log of a {@link PageFile}: images of changed pages in frames of one size, and a commit
 * frame behind those of a transaction.
 *
 * <p>A commit frame is written only after its pages are synced, and twice in its frame. So a page
 * frame that does not verify in front of a valid commit frame is damage, not a torn write, and is an
 * error; without a commit frame it is the end. Frames carry the number of the checkpoint they
 * follow: what is left of older ones does not count.
 *
 * <p>The committer's, but for {@link #read}: an image stays in its frame from its commit until the log
 * is reset.
 */
final class PageLog implements AutoCloseable {
  private static final int PAGE = 0x51504147;
  private static final int COMMIT = 0x51434f4d;

  /** Type, checksum, checkpoint, transaction, page number or count of frames. */
  private static final int HEADER = 4 + 4 + 8 + 8 + 8;

  static final int FRAME = HEADER + Page.SIZE;
  private static final int SECOND_COPY = 2048;

  private final Disk disk;
  private final byte[] written = new byte[FRAME];
  private final Map<Long, Long> committed = new HashMap<>();
  private final Map<Long, Long> current = new HashMap<>();
  private long checkpoint;
  private long transaction;
  private long committedEnd;
  private volatile long end;

  private PageLog(Disk disk, long checkpoint) {
    this.disk = disk;
    this.checkpoint = checkpoint;
  }

  /** Opens or creates, and finds what was committed since a checkpoint. */
  static PageLog open(Path path, long checkpoint, Disk.Guard guard) {
    PageLog log = new PageLog(Disk.open(path, true, guard), checkpoint);
    try {
      log.recover();
      return log;
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
  }

  private void recover() {
    long size = disk.size();
    long broken = -1;
    byte[] frame = new byte[FRAME];
    for (long at = 0; at < size; at += FRAME) {
      Arrays.fill(frame, (byte) 0);
      disk.read(frame, 0, FRAME, at);
      if (commits(frame)) {
        if (broken < 0 && ByteBuffer.wrap(frame).getLong(copyAt(frame) + 24) != current.size()) {
          broken = committedEnd;
        }
        if (broken >= 0) {
          throw Failures.corrupt(disk.path(), broken, "committed frame does not verify");
        }
        transaction++;
        committed.putAll(current);
        current.clear();
        committedEnd = at + FRAME;
      } else if (broken < 0 && verifies(frame, 0, FRAME, PAGE)) {
        current.put(ByteBuffer.wrap(frame).getLong(24), at);
      } else if (broken < 0) {
        broken = at;
      }
    }
    current.clear();
    end = committedEnd;
    disk.truncate(end);
  }

  private boolean verifies(byte[] frame, int at, int length, int type) {
    ByteBuffer header = ByteBuffer.wrap(frame, at, length);
    return header.getInt() == type
        && header.getInt() == Page.checksum(type, frame, at + 8, length - 8)
        && header.getLong() == checkpoint
        && header.getLong() >= transaction + 1;
  }

  private boolean commits(byte[] frame) {
    return verifies(frame, 0, HEADER, COMMIT) || verifies(frame, SECOND_COPY, HEADER, COMMIT);
  }

  private int copyAt(byte[] frame) {
    return verifies(frame, 0, HEADER, COMMIT) ? 0 : SECOND_COPY;
  }

  private void header(byte[] frame, int at, int length, int type, long number) {
    ByteBuffer header = ByteBuffer.wrap(frame, at, length);
    header.putInt(type).putInt(0).putLong(checkpoint).putLong(transaction + 1).putLong(number);
    header.putInt(at + 4, Page.checksum(type, frame, at + 8, length - 8));
  }

  /**
   * Writes a page of the transaction under way; a second image takes the place of the first.
   *
   * @return its frame
   */
  long append(long number, byte[] data) {
    byte[] frame = written;
    System.arraycopy(data, 0, frame, HEADER, Page.SIZE);
    header(frame, 0, FRAME, PAGE, number);
    Long old = current.get(number);
    long at = old == null ? end : old;
    disk.write(frame, 0, FRAME, at);
    if (old == null) {
      current.put(number, at);
      end += FRAME;
    }
    return at;
  }

  /** What was written is on the disk when it returns; it does not count as committed yet. */
  void sync() {
    disk.sync();
  }

  /** Makes the appended pages durable as one. */
  void commit() {
    disk.sync();
    byte[] frame = new byte[FRAME];
    header(frame, 0, HEADER, COMMIT, current.size());
    header(frame, SECOND_COPY, HEADER, COMMIT, current.size());
    disk.write(frame, 0, FRAME, end);
    disk.sync();
    transaction++;
    end += FRAME;
    committedEnd = end;
    committed.putAll(current);
    current.clear();
  }

  /** Where the newest image of a page is, or null when the log has none. */
  Long frame(long number) {
    Long at = current.get(number);
    return at == null ? committed.get(number) : at;
  }

  /** Where the committed images are; does not follow later changes. */
  Map<Long, Long> committedFrames() {
    return new HashMap<>(committed);
  }

  /** The image of a page in a frame; from any thread. */
  byte[] read(long number, long at) {
    byte[] frame = new byte[FRAME];
    disk.read(frame, 0, FRAME, at);
    ByteBuffer header = ByteBuffer.wrap(frame);
    if (header.getInt() != PAGE
        || header.getInt() != Page.checksum(PAGE, frame, 8, FRAME - 8)
        || header.getLong(24) != number) {
      throw Failures.corrupt(disk.path(), at, "frame of page " + number + " does not verify");
    }
    return Arrays.copyOfRange(frame, HEADER, FRAME);
  }

  /** Numbers of the pages committed, ascending. */
  long[] committedPages() {
    return committed.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
  }

  /** Forgets everything: it is in the data file as of this checkpoint. */
  void reset(long newCheckpoint) {
    disk.truncate(0);
    committed.clear();
    checkpoint = newCheckpoint;
    transaction = 0;
    committedEnd = 0;
    end = 0;
  }

  /** Bytes in use. */
  long bytes() {
    return end;
  }

  @Override
  public void close() {
    disk.close();
  }
}
