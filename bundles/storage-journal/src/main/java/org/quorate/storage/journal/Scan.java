package org.quorate.storage.journal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.files.StorageFiles;

/**
 * Reads the frames of all segments and finds where the journal ends. Changes nothing on disk.
 *
 * <p>The journal ends at the first place where no frame with the next sequence verifies. Whether
 * that is a torn write or damage is told by the frames behind it: one that was written when the
 * missing frame was already on disk (see {@code unsynced} in {@link Layout}) makes it damage.
 */
final class Scan {
  private final StorageFiles files;
  private final List<Segment> segments;
  private final Replay replay = new Replay();

  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private int loaded = -1;

  /** Of the frame that must come next. */
  private long sequence;

  // The end of the journal.
  private int endSegment;
  private int endOffset;
  private long endSequence;

  /** No beginning of a record was met yet. */
  private boolean atFront = true;

  // The first frame of the last batch: all before it is on disk for certain.
  private int batchSegment;
  private int batchAt = Layout.HEADER_BYTES;

  /** The beginning of a record whose last frame was not met yet, or -1. */
  private long partsAt = -1;

  private int partsSegment;
  private long partsSequence;
  private int partsLength;
  private final ByteArrayOutputStream parts = new ByteArrayOutputStream();

  Scan(StorageFiles files, List<Segment> segments) {
    this.files = files;
    this.segments = segments;
  }

  Replay replay() {
    return replay;
  }

  /** Number in the list of the segment where writing goes on. */
  int endSegment() {
    return endSegment;
  }

  int endOffset() {
    return endOffset;
  }

  /** Of the next frame to write. */
  long endSequence() {
    return endSequence;
  }

  /** Whether the first segment has a first frame; the sequence begins with what that one has. */
  boolean begins() throws IOException {
    ByteBuffer b = load(0);
    return Layout.frameAt(b, Layout.HEADER_BYTES)
        && Layout.salt(b, Layout.HEADER_BYTES) == segments.get(0).salt();
  }

  /** Number in the list of the segment with the last batch. */
  int batchSegment() {
    return batchSegment;
  }

  /** Offset of the first frame of the last batch. */
  int batchAt() {
    return batchAt;
  }

  void run() throws IOException {
    sequence = begins() ? Layout.sequence(load(0), Layout.HEADER_BYTES) : 1;
    int i = 0;
    int at = readFrames(0);
    while (at < 0) {
      at = readFrames(++i);
    }
    checkTail(i, at);
    endSegment = partsAt < 0 ? i : partsSegment;
    endOffset = partsAt < 0 ? at : Layout.offset(partsAt);
    endSequence = partsAt < 0 ? sequence : partsSequence;
  }

  /** Checks that what was read is complete. */
  void checkStreams() {
    replay.end(what -> damage(segments.get(endSegment), endOffset, what));
  }

  /** Reads a segment; returns where the frames end, or -1 if they go on in the next one. */
  private int readFrames(int i) throws IOException {
    Segment segment = segments.get(i);
    ByteBuffer b = load(i);
    int at = Layout.HEADER_BYTES;
    while (Layout.frameAt(b, at)
        && Layout.salt(b, at) == segment.salt()
        && Layout.sequence(b, at) == sequence) {
      frame(i, segment, b, at);
      if (Layout.attests(b, at) == sequence) {
        batchSegment = i;
        batchAt = at;
      }
      sequence++;
      if (Layout.type(b, at) == Layout.END) {
        if (i == segments.size() - 1) {
          String next = files.path(Layout.name(segment.number() + 1));
          throw Failures.corrupt(next, 0, "the file is missing");
        }
        return -1;
      }
      at += Layout.frameBytes(Layout.payload(b, at));
    }
    return at;
  }

  private void frame(int i, Segment segment, ByteBuffer b, int at) {
    int type = Layout.type(b, at);
    int length = Layout.payload(b, at);
    if (type == Layout.END) {
      return; // a record may go on behind it
    }
    if (Layout.isContinued(b, at) != partsAt >= 0) {
      if (partsAt < 0 && atFront) {
        return; // the rest of a record that was dropped with the segments before
      }
      throw damage(segment, at, "a record does not go on where it should");
    }
    atFront = false;
    if (partsAt < 0) {
      partsAt = Layout.position(segment.number(), at);
      partsSegment = i;
      partsSequence = sequence;
      partsLength = 0;
      parts.reset();
    }
    partsLength += length;
    if (type == Layout.META) {
      byte[] payload = new byte[length];
      b.get(at + Layout.FRAME_BYTES, payload);
      parts.writeBytes(payload);
    }
    if (!Layout.isMore(b, at)) {
      replay.apply(
          type,
          Layout.stream(b, at),
          Layout.index(b, at),
          partsAt,
          partsLength,
          Bytes.wrap(parts.toByteArray()),
          what -> damage(segment, at, what));
      partsAt = -1;
    }
  }

  /** Throws if a frame behind the end says that what is missing there was on disk. */
  private void checkTail(int end, int endAt) throws IOException {
    for (int i = end; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      ByteBuffer b = load(i);
      int from = i == end ? endAt : Layout.HEADER_BYTES;
      for (int at = from; at <= b.limit() - Layout.FRAME_BYTES; at += Layout.ALIGNMENT) {
        if (Layout.salt(b, at) == segment.salt()
            && Layout.attests(b, at) > sequence
            && Layout.frameAt(b, at)) {
          throw damage(
              segments.get(end),
              endAt,
              "frame "
                  + sequence
                  + " does not verify, though it was on disk when frame "
                  + Layout.sequence(b, at)
                  + " at "
                  + files.path(segment.name())
                  + ", offset "
                  + at
                  + " was written");
        }
      }
    }
  }

  /** Whether anything but zeros is in a segment from an offset on. */
  boolean isDirty(int i, int from) throws IOException {
    // A recycled file ahead may keep what it had: its salt is another.
    Segment segment = segments.get(i);
    ByteBuffer b = load(i);
    for (int at = from; at <= b.limit() - Layout.ALIGNMENT; at += Layout.ALIGNMENT) {
      if (i == endSegment ? b.getLong(at) != 0 : ownFrame(segment, b, at)) {
        return true;
      }
    }
    return false;
  }

  private static boolean ownFrame(Segment segment, ByteBuffer b, int at) {
    return at <= b.limit() - Layout.FRAME_BYTES && Layout.salt(b, at) == segment.salt();
  }

  private ByteBuffer load(int i) throws IOException {
    if (loaded != i) {
      Segment segment = segments.get(i);
      if (buffer.capacity() < segment.bytes()) {
        buffer = ByteBuffer.allocate(segment.bytes());
      }
      buffer.clear().limit(segment.bytes());
      segment.file().read(buffer, 0);
      buffer.flip();
      loaded = i;
    }
    return buffer;
  }

  private StorageException damage(Segment segment, long offset, String what) {
    return Failures.corrupt(files.path(segment.name()), offset, what);
  }
}
