package org.quorate.storage.journal;

import java.io.IOException;

/** The file system has no room left. */
final class DiskFullException extends IOException {
  private static final long serialVersionUID = 1L;

  DiskFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
