package org.quorate.storage.journal;

import java.io.IOException;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;
import org.quorate.spi.storage.files.DiskFullException;

/** Makes the errors of the journal. */
final class Failures {
  private Failures() {}

  static StorageException io(String doing, Throwable cause) {
    if (cause instanceof StorageException known) {
      return known;
    }
    Kind kind = cause instanceof DiskFullException ? Kind.FULL : Kind.IO;
    String why = cause instanceof IOException ? cause.getMessage() : cause.toString();
    return new StorageException(kind, doing + ": " + why, cause);
  }

  static StorageException corrupt(String path, long offset, String what) {
    return new StorageException(Kind.CORRUPT, path + ", offset " + offset + ": " + what);
  }
}
