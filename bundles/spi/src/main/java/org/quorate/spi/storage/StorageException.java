package org.quorate.spi.storage;

/** A storage that failed or holds what it must not: names file and offset where they are known. */
public class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final Kind kind;

  /** What went wrong. */
  public enum Kind {
    /** A write or sync failed: what is on disk is unknown, the node stops. */
    IO,
    /** A durable record does not verify. */
    CORRUPT,
    /** Written by a newer version. */
    NEWER_VERSION,
    /** No room left; nothing of the failed write counts. */
    FULL,
    /** In use by another process. */
    LOCKED
  }

  public StorageException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public StorageException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
