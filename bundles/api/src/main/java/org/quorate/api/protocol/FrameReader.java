package org.quorate.api.protocol;

import java.util.Arrays;
import java.util.zip.CRC32C;
import org.quorate.api.Bytes;
import org.quorate.api.wire.MalformedException;

/**
 * Cuts a stream of bytes into frames. Frames that lie whole in a chunk are slices of it; one that
 * is spread over chunks is gathered in an array that grows with what has arrived, never with what the
 * sender announced. Not thread-safe; useless after it threw.
 */
public final class FrameReader {
  /** Takes the frames, in order. */
  public interface Sink {
    /**
     * A frame whose checksum holds.
     *
     * @param body a slice of the input
     */
    void frame(int kind, Bytes body);
  }

  private static final byte[] NONE = new byte[0];

  private int maxFrame;
  private final CRC32C crc = new CRC32C();
  private byte[] held = NONE;
  private int heldSize;

  /**
   * @param maxFrame largest frame taken, in bytes, prefix included
   */
  public FrameReader(int maxFrame) {
    this.maxFrame = maxFrame;
  }

  /**
   * Takes a chunk, whose array becomes the reader's, and hands on the frames it completes.
   *
   * @throws MalformedException if length, checksum or version is wrong: close the connection
   */
  public void feed(byte[] chunk, int from, int to, Sink sink) {
    int at = from;
    while (heldSize > 0 && at < to) {
      at = fill(chunk, at, to, sink);
    }
    while (to - at >= Frames.PREFIX) {
      int total = total(chunk, at);
      if (to - at < total) {
        break;
      }
      emit(chunk, at, total, sink);
      at += total;
    }
    if (at < to) {
      hold(chunk, at, to - at);
    }
  }

  /** Another limit, for the frames after the one that is handed on now. */
  public void maxFrame(int bytes) {
    maxFrame = bytes;
  }

  /** Bytes of an unfinished frame. */
  public int held() {
    return heldSize;
  }

  private int fill(byte[] chunk, int at, int to, Sink sink) {
    int wanted = heldSize < Frames.PREFIX ? Frames.PREFIX : total(held, 0);
    int count = Math.min(wanted - heldSize, to - at);
    hold(chunk, at, count);
    if (heldSize >= Frames.PREFIX) {
      int total = total(held, 0);
      if (heldSize == total) {
        byte[] whole = held;
        held = NONE;
        heldSize = 0;
        emit(whole, 0, total, sink);
      }
    }
    return at + count;
  }

  private void hold(byte[] chunk, int at, int count) {
    if (held.length - heldSize < count) {
      int room = Math.max(heldSize + count, Math.min(held.length * 2, maxFrame));
      held = Arrays.copyOf(held, Math.max(64, room));
    }
    System.arraycopy(chunk, at, held, heldSize, count);
    heldSize += count;
  }

  private int total(byte[] a, int at) {
    int content = i32(a, at);
    if (content < 2 || content > maxFrame - Frames.PREFIX) {
      throw new MalformedException(
          "frame of " + Integer.toUnsignedString(content) + " bytes, limit " + maxFrame, at);
    }
    return content + Frames.PREFIX;
  }

  private void emit(byte[] a, int at, int total, Sink sink) {
    crc.reset();
    crc.update(a, at + Frames.PREFIX, total - Frames.PREFIX);
    if ((int) crc.getValue() != i32(a, at + 4)) {
      throw new MalformedException("frame whose checksum does not hold", at);
    }
    int version = a[at + Frames.PREFIX] & 0xff;
    if (version != Frames.VERSION) {
      throw new MalformedException(
          "frame of version " + version + ", known is " + Frames.VERSION, at + Frames.PREFIX);
    }
    int kind = a[at + Frames.PREFIX + 1] & 0xff;
    sink.frame(kind, Bytes.wrap(a, at + Frames.HEADER, total - Frames.HEADER));
  }

  private static int i32(byte[] a, int o) {
    return (a[o] & 0xff) << 24 | (a[o + 1] & 0xff) << 16 | (a[o + 2] & 0xff) << 8 | a[o + 3] & 0xff;
  }
}
