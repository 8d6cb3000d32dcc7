package org.quorate.runtime.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;

/** A small file that is replaced as a whole: magic, checksum, content. Blocks. */
final class CheckedFile {
  private final int magic;
  private final String what;
  private final int format;

  /**
   * Files of one kind.
   *
   * @param what they are, for messages
   * @param format the newest that this version reads; it is the first byte of the content
   */
  CheckedFile(int magic, String what, int format) {
    this.magic = magic;
    this.what = what;
    this.format = format;
  }

  /**
   * Reads one.
   *
   * @throws StorageException CORRUPT or NEWER_VERSION, naming the file; IO
   */
  <T> T read(Path file, Function<Bytes, T> decode) {
    try {
      Decoder in = new Decoder(Bytes.wrap(Files.readAllBytes(file)));
      if (in.i32() != magic) {
        throw new MalformedException("magic of a " + what, 0);
      }
      int sum = in.i32();
      Bytes content = in.rest();
      if (sum != checksum(content)) {
        throw new MalformedException("checksum does not hold", 4);
      }
      int written = new Decoder(content).u8();
      if (written > format) {
        throw new StorageException(
            Kind.NEWER_VERSION,
            file + ": " + what + " of format " + written + ", this version reads " + format);
      }
      return decode.apply(content);
    } catch (MalformedException e) {
      throw new StorageException(Kind.CORRUPT, file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new StorageException(Kind.IO, file + ": " + e, e);
    }
  }

  private static int checksum(Bytes content) {
    CRC32C crc = new CRC32C();
    crc.update(content.array(), content.arrayOffset(), content.length());
    return (int) crc.getValue();
  }

  /** Replaces one, whose content begins with its format; on disk when it returns. */
  void write(Path file, Bytes content) {
    Encoder out = new Encoder(content.length() + 8);
    out.i32(magic).i32(checksum(content)).raw(content);
    try {
      NodeHome.replace(file, out.take().toByteArray());
    } catch (IOException e) {
      throw new StorageException(Kind.IO, file + ": " + e, e);
    }
  }
}
