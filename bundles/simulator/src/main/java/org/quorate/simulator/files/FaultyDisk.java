package org.quorate.simulator.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.files.DiskFullException;
import org.quorate.spi.storage.files.StorageFile;
import org.quorate.spi.storage.files.StorageFiles;

/**
 * A directory in memory that fails as told. Deterministic; not thread-safe unless the store under
 * test uses it from one thread at a time (all methods are synchronized).
 *
 * <p>Every change (create, write, force, rename, delete, syncDirectory) is one I/O and is counted.
 * What was written and not forced, and names that were changed and not synced, may be gone after a
 * crash. A failed force loses what was not on disk and leaves it in the cache: a second force
 * "succeeds" and saves nothing, as Linux does.
 */
public final class FaultyDisk implements StorageFiles {
  /** What becomes of un-synced changes in a crash. */
  public enum Loss {
    /** The process dies, the machine lives. */
    NOTHING,
    /** Power fails before anything went to disk. */
    EVERYTHING,
    /** Power fails; of each write a random part is there. */
    TORN,
    /** Power fails; of each write only the beginning is there, the length is random. */
    PREFIX
  }

  /** What the n-th I/O does. */
  public enum Fault {
    /** It fails, the next one works. */
    ERROR,
    /** The disk is full from then on: whatever takes room fails. */
    FULL,
    /** The process dies in the middle of it: all later I/O fails. */
    CRASH
  }

  private final String path;
  private Map<String, Content> names = new TreeMap<>();
  private Map<String, Content> durableNames = new TreeMap<>();
  private final List<Map<String, Content>> unsyncedNames = new ArrayList<>();
  private long ios;
  private long faultAt = Long.MAX_VALUE;
  private Fault fault = Fault.ERROR;
  private boolean crashed;
  private boolean full;
  private long capacity = Long.MAX_VALUE;
  private boolean locked;

  public FaultyDisk() {
    this("disk");
  }

  /**
   * An empty disk.
   *
   * @param path how messages call it
   */
  public FaultyDisk(String path) {
    this.path = path;
  }

  /** Number of changes so far. */
  public synchronized long ios() {
    return ios;
  }

  /** Makes the n-th change from the beginning (the first is 1) fail. */
  public synchronized void faultAt(long n, Fault what) {
    faultAt = n;
    fault = what;
  }

  /** Room for all files together. */
  public synchronized void capacity(long bytes) {
    capacity = bytes;
  }

  public synchronized boolean isCrashed() {
    return crashed;
  }

  /** Whether the fault was met. */
  public synchronized boolean isFaultMet() {
    return ios >= faultAt;
  }

  private void alive() throws IOException {
    if (crashed) {
      throw new IOException("the process is dead");
    }
  }

  /** Counts; true if this very change dies half-way. */
  private boolean change(boolean takesRoom) throws IOException {
    alive();
    if (++ios == faultAt) {
      switch (fault) {
        case ERROR -> throw new IOException("Input/output error");
        case FULL -> full = true;
        case CRASH -> {
          crashed = true;
          return true;
        }
      }
    }
    if (full && takesRoom) {
      throw noSpace();
    }
    return false;
  }

  private static DiskFullException noSpace() {
    return new DiskFullException("No space left on device", null);
  }

  private static void die(boolean dies) throws IOException {
    if (dies) {
      throw new IOException("the process died in this call");
    }
  }

  // ---- what a storage sees -----------------------------------------------------------------

  @Override
  public synchronized Closeable lock() throws IOException {
    alive();
    if (locked) {
      throw new StorageException(StorageException.Kind.LOCKED, path + " is in use");
    }
    locked = true;
    return this::unlock;
  }

  private synchronized void unlock() {
    locked = false;
  }

  @Override
  public synchronized List<String> list() throws IOException {
    alive();
    return List.copyOf(names.keySet());
  }

  @Override
  public synchronized StorageFile open(String name) throws IOException {
    alive();
    return new Open(content(name, names));
  }

  @Override
  public synchronized StorageFile create(String name) throws IOException {
    boolean dies = change(true);
    if (names.containsKey(name)) {
      throw new IOException(name + ": file exists");
    }
    Content content = new Content();
    renamed(() -> names.put(name, content));
    die(dies);
    return new Open(content);
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    boolean dies = change(false);
    Content content = content(from, names);
    renamed(
        () -> {
          names.remove(from);
          names.put(to, content);
        });
    die(dies);
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    boolean dies = change(false);
    content(name, names);
    renamed(() -> names.remove(name));
    die(dies);
  }

  private static Content content(String name, Map<String, Content> of) throws IOException {
    Content content = of.get(name);
    if (content == null) {
      throw new IOException(name + ": no such file");
    }
    return content;
  }

  private void renamed(Runnable change) {
    names = new TreeMap<>(names);
    change.run();
    unsyncedNames.add(names);
  }

  @Override
  public synchronized void syncDirectory() throws IOException {
    die(change(false));
    durableNames = names;
    unsyncedNames.clear();
  }

  @Override
  public String path(String name) {
    return path + "/" + name;
  }

  private final class Open implements StorageFile {
    private final Content content;

    Open(Content content) {
      this.content = content;
    }

    @Override
    public void write(ByteBuffer source, long at) throws IOException {
      synchronized (FaultyDisk.this) {
        byte[] bytes = new byte[source.remaining()];
        boolean dies = change(at + bytes.length > content.size());
        int end = Math.toIntExact(at + bytes.length);
        if (end > content.size() && used() + end - content.size() > capacity) {
          throw noSpace();
        }
        source.get(bytes);
        content.write(at, bytes);
        die(dies);
      }
    }

    @Override
    public void read(ByteBuffer target, long at) throws IOException {
      synchronized (FaultyDisk.this) {
        alive();
        target.put(content.read(at, target.remaining()));
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (FaultyDisk.this) {
        try {
          die(change(false));
        } catch (IOException e) {
          if (!crashed) {
            content.forget();
          }
          throw e;
        }
        content.force();
      }
    }

    @Override
    public long size() throws IOException {
      synchronized (FaultyDisk.this) {
        alive();
        return content.size();
      }
    }

    @Override
    public void close() {}
  }

  private long used() {
    return names.values().stream().mapToLong(Content::size).sum();
  }

  // ---- crashes -----------------------------------------------------------------------------

  /** The disk as a new process finds it after a crash now. */
  public synchronized FaultyDisk afterCrash(Loss loss, SplittableRandom random) {
    FaultyDisk next = new FaultyDisk(path);
    next.capacity = capacity;
    Map<Content, Content> copies = new IdentityHashMap<>();
    if (loss == Loss.NOTHING) {
      // What was not synced is in the page cache still, and may be lost by a later crash.
      next.names = copied(names, copies, Content::alike);
      next.durableNames = copied(durableNames, copies, Content::alike);
      for (Map<String, Content> unsynced : unsyncedNames) {
        next.unsyncedNames.add(copied(unsynced, copies, Content::alike));
      }
    } else {
      Map<String, Content> left = survivingNames(loss, random);
      next.names = copied(left, copies, content -> content.surviving(loss, random));
      next.durableNames = next.names;
    }
    return next;
  }

  /** The same content, all of it on disk, no fault. */
  public synchronized FaultyDisk copy() {
    FaultyDisk next = new FaultyDisk(path);
    next.capacity = capacity;
    next.names = copied(names, new IdentityHashMap<>(), Content::settled);
    next.durableNames = next.names;
    return next;
  }

  private static Map<String, Content> copied(
      Map<String, Content> names, Map<Content, Content> copies, UnaryOperator<Content> copy) {
    Map<String, Content> copied = new TreeMap<>();
    names.forEach((name, content) -> copied.put(name, copies.computeIfAbsent(content, copy)));
    return copied;
  }

  private Map<String, Content> survivingNames(Loss loss, SplittableRandom random) {
    return switch (loss) {
      case EVERYTHING -> durableNames;
      default -> {
        int kept = random.nextInt(unsyncedNames.size() + 1);
        yield kept == 0 ? durableNames : unsyncedNames.get(kept - 1);
      }
    };
  }

  // ---- behind the store's back -------------------------------------------------------------

  /** Names of the files there are. */
  public synchronized List<String> names() {
    return List.copyOf(names.keySet());
  }

  /** Bytes of a file, from its beginning, that were on disk before more of it was written. */
  public synchronized int proven(String name) {
    return names.get(name).proven();
  }

  /** Changes a byte. */
  public synchronized void flip(String name, int offset, int mask) {
    names.get(name).flip(offset, mask);
  }

  /** Changes bytes. */
  public synchronized void overwrite(String name, int at, byte[] bytes) {
    names.get(name).overwrite(at, bytes);
  }

  /** Takes a file away. */
  public synchronized void remove(String name) {
    names = new TreeMap<>(names);
    names.remove(name);
    durableNames = names;
    unsyncedNames.clear();
  }

  /** Cuts a file. */
  public synchronized void truncate(String name, int size) {
    names.get(name).truncate(size);
  }

  /** Overwrites the rest of a file with zeros. */
  public synchronized void zeroFrom(String name, int offset) {
    names.get(name).zeroFrom(offset);
  }

  /** A file's bytes. */
  public synchronized byte[] content(String name) {
    return names.get(name).bytes();
  }
}
