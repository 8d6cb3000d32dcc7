package org.quorate.spi.storage.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of a storage. One thread writes; any thread reads. */
public interface StorageFile extends Closeable {
  /** Writes all that remains in the buffer. */
  void write(ByteBuffer source, long at) throws IOException;

  /** Reads until the buffer is full or the file ends. */
  void read(ByteBuffer target, long at) throws IOException;

  /** Returns when all that was written is on disk (fdatasync). */
  void force() throws IOException;

  /** Bytes of the file. */
  long size() throws IOException;
}
