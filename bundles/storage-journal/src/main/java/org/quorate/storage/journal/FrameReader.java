package org.quorate.storage.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.files.StorageFiles;

/** Reads records of one stream back, verifying each; for one pass over neighbouring records. */
final class FrameReader {
  private final StorageFiles files;
  private final Segments segments;
  private final int stream;
  private final int windowBytes;

  private Segment segment;
  private ByteBuffer window = ByteBuffer.allocate(0);
  private long windowAt;

  FrameReader(StorageFiles files, Segments segments, int stream, int windowBytes) {
    this.files = files;
    this.segments = segments;
    this.stream = stream;
    this.windowBytes = windowBytes;
  }

  /** The record whose first frame is at a position. */
  Bytes read(long index, long position, int length) {
    byte[] record = new byte[length];
    long number = Layout.segment(position);
    int at = Layout.offset(position);
    for (int done = 0; ; ) {
      ByteBuffer frame = frame(number, at, index, length - done);
      int payload = Layout.payload(frame, 0);
      frame.get(Layout.FRAME_BYTES, record, done, payload);
      done += payload;
      if (!Layout.isMore(frame, 0)) {
        return Bytes.wrap(record);
      }
      number++; // a part fills its segment
      at = Layout.HEADER_BYTES;
    }
  }

  private ByteBuffer frame(long number, int at, long index, int atMost) {
    if (segment == null || segment.number() != number) {
      segment = segments.get(number);
      window.limit(0);
    }
    String path = files.path(Layout.name(number));
    ByteBuffer frame = verified(path, at, index, atMost);
    if (frame == null && windowAt != at) {
      window.limit(0); // read ahead before the writer came to this record
      frame = verified(path, at, index, atMost);
    }
    if (frame == null) {
      throw Failures.corrupt(path, at, "record " + index + " does not verify any more");
    }
    return frame;
  }

  private ByteBuffer verified(String path, int at, long index, int atMost) {
    int payload = Layout.payload(window(path, at, Layout.FRAME_BYTES), 0);
    if (payload < 0 || payload > atMost) {
      return null;
    }
    ByteBuffer frame = window(path, at, Layout.frameBytes(payload));
    boolean whole =
        Layout.frameAt(frame, 0)
            && Layout.salt(frame, 0) == segment.salt()
            && Layout.stream(frame, 0) == stream
            && Layout.type(frame, 0) == Layout.ENTRY
            && Layout.index(frame, 0) == index;
    return whole ? frame : null;
  }

  private ByteBuffer window(String path, int at, int bytes) {
    if (at < windowAt || at + bytes > windowAt + window.limit()) {
      int size = Math.min(Math.max(bytes, windowBytes), segment.bytes() - at);
      if (window.capacity() < size) {
        window = ByteBuffer.allocate(size);
      }
      window.clear().limit(size);
      try {
        segment.file().read(window, at);
      } catch (IOException e) {
        StorageException why = Failures.io("cannot read " + path + ", offset " + at, e);
        throw why;
      }
      window.flip();
      windowAt = at;
    }
    int from = (int) (at - windowAt);
    return window.slice(from, Math.min(bytes, window.limit() - from));
  }
}
