package org.quorate.spi.storage.files;

import java.io.IOException;

/** The file system has no room left. */
public final class DiskFullException extends IOException {
  private static final long serialVersionUID = 1L;

  public DiskFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
