package org.quorate.api.protocol;

import java.util.zip.CRC32C;
import org.quorate.api.wire.Encoder;

/**
 * The one frame layout of every connection: {@code u32 length | u32 crc32c | u8 version | u8 kind |
 * body}, big-endian. Length and checksum cover what follows the checksum.
 */
public final class Frames {
  /** Version of the layout that this code writes and reads. */
  public static final int VERSION = 1;

  /** Bytes of length and checksum. */
  public static final int PREFIX = 8;

  /** Bytes in front of the body. */
  public static final int HEADER = PREFIX + 2;

  /** Largest frame that is taken from who has not been let in yet, prefix included: 64 KiB. */
  public static final int MAX_GREETING_FRAME = 64 << 10;

  /** Largest frame that a node takes from a client, prefix included: 4 MiB and 64 KiB. */
  public static final int MAX_REQUEST_FRAME = (4 << 20) + (64 << 10);

  /** Largest frame that a client takes from a node, prefix included: 64 MiB and 64 KiB. */
  public static final int MAX_REPLY_FRAME = (64 << 20) + (64 << 10);

  private Frames() {}

  /** Begins a frame behind what the encoder holds; returns where, for {@link #end}. */
  public static int begin(Encoder out, int kind) {
    int at = out.size();
    out.i32(0).i32(0).u8(VERSION).u8(kind);
    return at;
  }

  /** Ends the frame begun at {@code at}: fills in its length and checksum. Returns its size. */
  public static int end(Encoder out, int at) {
    int content = out.size() - at - PREFIX;
    CRC32C crc = new CRC32C();
    crc.update(out.array(), at + PREFIX, content);
    out.patch32(at, content);
    out.patch32(at + 4, (int) crc.getValue());
    return content + PREFIX;
  }
}
