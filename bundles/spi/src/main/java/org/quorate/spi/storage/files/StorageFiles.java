package org.quorate.spi.storage.files;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * The directory of a storage, as narrow as one needs it, so that a disk that fails, tears and forgets
 * can be put in its place.
 *
 * <p>Creations, renames and deletions are durable only after {@link #syncDirectory()}; a full disk
 * is a {@link DiskFullException}.
 */
public interface StorageFiles {
  /** Takes the directory for this process, until the result is closed. */
  Closeable lock() throws IOException;

  /** Names of the files there are, in no order. */
  List<String> list() throws IOException;

  /** Makes a new, empty file. */
  StorageFile create(String name) throws IOException;

  StorageFile open(String name) throws IOException;

  /** Renames; an open file stays open. */
  void rename(String from, String to) throws IOException;

  void delete(String name) throws IOException;

  void syncDirectory() throws IOException;

  /** How messages call the file. */
  String path(String name);
}
