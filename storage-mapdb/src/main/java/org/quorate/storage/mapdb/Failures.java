package org.quorate.storage.mapdb;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;

/** Turns what the platform throws into errors that name the file. */
final class Failures {
  private Failures() {}

  /** What a failed call on a file means: FULL when the system says there is no room, else IO. */
  static StorageException io(Path file, IOException cause) {
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    boolean full =
        text.contains("no space")
            || text.contains("quota")
            || text.contains("file too large")
            || text.contains("not enough space");
    return new StorageException(
        full ? Kind.FULL : Kind.IO, file + ": " + cause.getMessage(), cause);
  }

  static StorageException corrupt(Path file, long offset, String what) {
    return new StorageException(Kind.CORRUPT, file + ": " + what + " at offset " + offset);
  }

  static StorageException newer(Path file, int found, int known) {
    return new StorageException(
        Kind.NEWER_VERSION,
        file + ": format " + found + ", newer than " + known + ", the newest this version reads");
  }
}
