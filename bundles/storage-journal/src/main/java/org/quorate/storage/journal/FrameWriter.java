package org.quorate.storage.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;
import org.quorate.spi.storage.files.StorageFiles;

/** Writes frames behind each other, over the ends of segments. Used by the writer thread alone. */
final class FrameWriter {
  private static final int BUFFER_BYTES = 1 << 18;
  private static final byte[] PADDING = new byte[Layout.ALIGNMENT];

  private final Segments segments;
  private final JournalSettings settings;
  private final StorageFiles files;
  private final ByteBuffer buffer;
  private final ByteBuffer head = ByteBuffer.allocate(Layout.FRAME_BYTES);
  private final CRC32C crc = new CRC32C();

  private Segment segment;

  /** Where the buffer goes in the segment. */
  private int bufferAt;

  /** Of the next frame. */
  private long sequence;

  /** Of the first frame that is not known to be on disk. */
  private long unsynced;

  private long bytes;
  private long syncs;
  private long syncNanos;

  FrameWriter(
      StorageFiles files, Segments segments, JournalSettings settings, int offset, long sequence) {
    this.files = files;
    this.segments = segments;
    this.settings = settings;
    this.segment = segments.current();
    this.buffer = ByteBuffer.allocateDirect(Math.min(BUFFER_BYTES, segment.bytes()));
    this.bufferAt = offset;
    this.sequence = sequence;
    this.unsynced = sequence;
  }

  long bytes() {
    return bytes;
  }

  long syncs() {
    return syncs;
  }

  /** Time that the syncs took. */
  long syncNanos() {
    return syncNanos;
  }

  /** Number of the segment that is written to. */
  long segmentNumber() {
    return segment.number();
  }

  private int offset() {
    return bufferAt + buffer.position();
  }

  /** Adds a frame without payload. */
  long write(int type, int stream, long index) throws IOException {
    return write(type, stream, index, Bytes.EMPTY);
  }

  /**
   * Adds a frame, or several when the payload is larger than a segment.
   *
   * @return the position of the first
   */
  long write(int type, int stream, long index, Bytes payload) throws IOException {
    Bytes rest = payload;
    long position = -1;
    while (true) {
      int room = room(type);
      int continued = position < 0 ? 0 : Layout.CONTINUED;
      if (rest.length() <= room) {
        long at = put(type | continued, stream, index, rest);
        return position < 0 ? at : position;
      }
      int inEmptySegment = segment.bytes() - Layout.HEADER_BYTES - 2 * Layout.FRAME_BYTES;
      if (rest.length() > inEmptySegment && room > 0) {
        long at = put(type | continued | Layout.MORE, stream, index, rest.slice(0, room));
        position = position < 0 ? at : position;
        rest = rest.from(room);
      }
      roll();
    }
  }

  /** The largest payload of a frame here that leaves room for the END frame. */
  private int room(int type) {
    int kept = Layout.FRAME_BYTES;
    if (type == Layout.ENTRY && segments.starved()) {
      kept += settings.reserveBytes(); // what frees segments must still find room
    }
    return (segment.bytes() - offset() - kept & -Layout.ALIGNMENT) - Layout.FRAME_BYTES;
  }

  private void roll() throws IOException {
    Segment next = segments.awaitNext(); // first: an END says that there is a next one
    put(Layout.END, 0, next.number(), Bytes.EMPTY);
    sync();
    segments.advance(next);
    segment = next;
    bufferAt = Layout.HEADER_BYTES;
  }

  private long put(int type, int stream, long index, Bytes payload) throws IOException {
    int size = Layout.frameBytes(payload.length());
    int padding = size - Layout.FRAME_BYTES - payload.length();
    head.clear();
    head.putInt(4, payload.length()).putLong(8, sequence);
    head.putInt(16, (int) (sequence - unsynced)).putInt(20, segment.salt()).putInt(24, stream);
    head.putInt(28, type << 24).putLong(32, index);
    crc.reset();
    crc.update(head.array(), 4, Layout.FRAME_BYTES - 4);
    crc.update(payload.array(), payload.arrayOffset(), payload.length());
    crc.update(PADDING, 0, padding);
    head.putInt(0, (int) crc.getValue());
    int at = offset();
    if (at > segment.bytes() - size) {
      throw new IllegalStateException("frame of " + size + " bytes at " + at);
    }
    copy(head.array(), 0, Layout.FRAME_BYTES);
    copy(payload.array(), payload.arrayOffset(), payload.length());
    copy(PADDING, 0, padding);
    sequence++;
    return Layout.position(segment.number(), at);
  }

  private void copy(byte[] source, int from, int length) throws IOException {
    for (int done = 0; done < length; ) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int n = Math.min(buffer.remaining(), length - done);
      buffer.put(source, from + done, n);
      done += n;
    }
  }

  private void flush() throws IOException {
    int n = buffer.flip().limit();
    try {
      segment.file().write(buffer, bufferAt);
    } catch (IOException e) {
      throw Failures.io("cannot write " + n + " bytes to " + where() + ", offset " + bufferAt, e);
    }
    bufferAt += n;
    bytes += n;
    buffer.clear();
  }

  /** Puts all frames so far on disk. */
  void sync() throws IOException {
    flush();
    long begun = System.nanoTime();
    try {
      segment.file().force();
    } catch (IOException e) {
      StorageException why = Failures.io("cannot sync " + where(), e);
      throw new StorageException(Kind.IO, why.getMessage(), e); // even when the disk is full
    }
    syncNanos += System.nanoTime() - begun;
    syncs++;
    unsynced = sequence;
  }

  private String where() {
    return files.path(segment.name());
  }
}
