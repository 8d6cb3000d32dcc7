package org.quorate.storage.mapdb;

import java.io.IOException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;

/** Keeps a folder to one store of one process, as long as the file it gives stays open. */
final class FolderLock {
  private static final String NAME = "lock";

  private FolderLock() {}

  /** Creates the folder if need be; throws with kind LOCKED if another has it. */
  static Disk take(Path folder) {
    Disk.createFolders(folder);
    Disk.syncFolder(folder.getParent(), Disk.Guard.NONE);
    Disk lock = Disk.open(folder.resolve(NAME), true, Disk.Guard.NONE);
    try {
      if (lock.channel().tryLock() == null) {
        throw locked(folder);
      }
      return lock;
    } catch (OverlappingFileLockException e) {
      lock.close();
      throw locked(folder);
    } catch (IOException e) {
      lock.close();
      throw Failures.io(lock.path(), e);
    } catch (StorageException e) {
      lock.close();
      throw e;
    }
  }

  static StorageException locked(Path folder) {
    return new StorageException(Kind.LOCKED, folder + ": it is open already");
  }
}
