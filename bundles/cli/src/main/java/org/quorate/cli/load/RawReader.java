package org.quorate.cli.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Cuts a stream into records: lines, or lines that go on while a double quote is open. Holds one
 * record at a time, so files may have any size.
 */
final class RawReader {
  private static final int BUFFER = 64 << 10;
  private static final int[] BOM = {0xef, 0xbb, 0xbf};

  private final InputStream in;
  private final boolean quotes;
  private final int maxBytes;
  private final byte[] buffer = new byte[BUFFER];
  private int at;
  private int end;
  private long line = 1;
  private long number;

  /**
   * Reads from a stream.
   *
   * @param quotes whether a line end within double quotes belongs to the record
   * @param maxBytes longest record; a longer one is skipped up to the end of its first line
   */
  RawReader(InputStream in, boolean quotes, int maxBytes) throws IOException {
    this.in = in;
    this.quotes = quotes;
    this.maxBytes = maxBytes;
    skipBom();
  }

  private void skipBom() throws IOException {
    if (fill() && end - at >= BOM.length) {
      for (int i = 0; i < BOM.length; i++) {
        if ((buffer[at + i] & 0xff) != BOM[i]) {
          return;
        }
      }
      at += BOM.length;
    }
  }

  private boolean fill() throws IOException {
    if (at == end) {
      at = 0;
      end = Math.max(0, in.readNBytes(buffer, 0, BUFFER));
    }
    return end > 0;
  }

  /** The next record that is not blank, or null at the end. */
  RawRecord next() throws IOException {
    while (true) {
      RawRecord record = read();
      if (record == null || record.tooLong() || !blank(record.content())) {
        return record;
      }
      number--;
    }
  }

  private static boolean blank(byte[] content) {
    for (byte b : content) {
      if (b != ' ' && b != '\t') {
        return false;
      }
    }
    return true;
  }

  private RawRecord read() throws IOException {
    if (!fill()) {
      return null;
    }
    long first = line;
    boolean open = false;
    boolean tooLong = false;
    ByteArrayOutputStream content = new ByteArrayOutputStream(256);
    while (fill()) {
      byte b = buffer[at++];
      if (b == '\n') {
        line++;
        // Past its limit an open quote is taken for a mistake, or it would swallow the file.
        if (!open || tooLong) {
          break;
        }
      }
      open ^= quotes && b == '"';
      if (content.size() < maxBytes) {
        content.write(b);
      } else {
        tooLong = true;
      }
    }
    return new RawRecord(++number, first, withoutReturn(content.toByteArray()), tooLong);
  }

  private static byte[] withoutReturn(byte[] content) {
    int length = content.length;
    return length > 0 && content[length - 1] == '\r'
        ? java.util.Arrays.copyOf(content, length - 1)
        : content;
  }
}
