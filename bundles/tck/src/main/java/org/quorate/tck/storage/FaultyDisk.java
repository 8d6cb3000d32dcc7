package org.quorate.tck.storage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A directory in memory that fails as told. Deterministic; not thread-safe unless the store under
 * test uses it from one thread at a time (all methods are synchronized).
 *
 * <p>Every change (create, write, force, rename, delete, syncDirectory) is one I/O and is counted.
 * What was written and not forced, and names that were changed and not synced, may be gone after a
 * crash. A failed force loses what was not on disk and leaves it in the cache: a second force
 * "succeeds" and saves nothing, as Linux does.
 */
public final class FaultyDisk {
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

  /** No room left. */
  public static final class NoSpace extends IOException {
    private static final long serialVersionUID = 1L;

    NoSpace() {
      super("No space left on device");
    }
  }

  private record Write(int at, byte[] bytes) {}

  /** A file that is or was there. */
  public static final class File {
    private byte[] cache = new byte[0];
    private byte[] durable = new byte[0];
    private final List<Write> unsynced = new ArrayList<>();
  }

  private Map<String, File> names = new TreeMap<>();
  private Map<String, File> durableNames = new TreeMap<>();
  private final List<Map<String, File>> unsyncedNames = new ArrayList<>();

  private long ios;
  private long faultAt = Long.MAX_VALUE;
  private Fault fault = Fault.ERROR;
  private boolean crashed;
  private boolean full;
  private long capacity = Long.MAX_VALUE;
  private boolean locked;

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
      throw new NoSpace();
    }
    return false;
  }

  private static IOException dead() {
    return new IOException("the process died in this call");
  }

  public synchronized List<String> list() throws IOException {
    alive();
    return List.copyOf(names.keySet());
  }

  public synchronized File open(String name) throws IOException {
    alive();
    File file = names.get(name);
    if (file == null) {
      throw new IOException(name + ": no such file");
    }
    return file;
  }

  public synchronized File create(String name) throws IOException {
    boolean dies = change(true);
    if (names.containsKey(name)) {
      throw new IOException(name + ": file exists");
    }
    File file = new File();
    renamed(() -> names.put(name, file));
    if (dies) {
      throw dead();
    }
    return file;
  }

  public synchronized void rename(String from, String to) throws IOException {
    boolean dies = change(false);
    File file = open0(from);
    renamed(
        () -> {
          names.remove(from);
          names.put(to, file);
        });
    if (dies) {
      throw dead();
    }
  }

  public synchronized void delete(String name) throws IOException {
    boolean dies = change(false);
    open0(name);
    renamed(() -> names.remove(name));
    if (dies) {
      throw dead();
    }
  }

  private File open0(String name) throws IOException {
    File file = names.get(name);
    if (file == null) {
      throw new IOException(name + ": no such file");
    }
    return file;
  }

  private void renamed(Runnable change) {
    names = new TreeMap<>(names);
    change.run();
    unsyncedNames.add(names);
  }

  public synchronized void syncDirectory() throws IOException {
    if (change(false)) {
      throw dead();
    }
    durableNames = names;
    unsyncedNames.clear();
  }

  public synchronized void write(File file, long at, byte[] bytes) throws IOException {
    boolean dies = change(at + bytes.length > file.cache.length);
    int end = Math.toIntExact(at + bytes.length);
    if (end > file.cache.length) {
      long used = names.values().stream().mapToLong(f -> f.cache.length).sum();
      if (used + end - file.cache.length > capacity) {
        throw new NoSpace();
      }
    }
    Write write = new Write((int) at, bytes.clone());
    file.unsynced.add(write);
    file.cache = with(file.cache, write, bytes.length);
    if (dies) {
      throw dead();
    }
  }

  private static byte[] with(byte[] content, Write write, int length) {
    int end = write.at + length;
    byte[] changed = end > content.length ? Arrays.copyOf(content, end) : content;
    System.arraycopy(write.bytes, 0, changed, write.at, length);
    return changed;
  }

  /** Reads what is there from an offset on, at most so many bytes. */
  public synchronized byte[] read(File file, long at, int bytes) throws IOException {
    alive();
    int from = (int) Math.min(at, file.cache.length);
    return Arrays.copyOfRange(file.cache, from, Math.min(file.cache.length, from + bytes));
  }

  public synchronized long size(File file) throws IOException {
    alive();
    return file.cache.length;
  }

  public synchronized void force(File file) throws IOException {
    try {
      if (change(false)) {
        throw dead();
      }
    } catch (IOException e) {
      if (!crashed) {
        file.unsynced.clear(); // never written, and nobody will hear of it again
      }
      throw e;
    }
    for (Write write : file.unsynced) {
      file.durable = with(file.durable.clone(), write, write.bytes.length);
    }
    file.unsynced.clear();
  }

  /** Takes the directory for one store at a time. */
  public synchronized void lock() throws IOException {
    alive();
    if (locked) {
      throw new IOException("locked");
    }
    locked = true;
  }

  public synchronized void unlock() {
    locked = false;
  }

  /** The disk as a new process finds it after a crash now. */
  public synchronized FaultyDisk afterCrash(Loss loss, SplittableRandom random) {
    FaultyDisk next = new FaultyDisk();
    next.capacity = capacity;
    Map<File, File> copies = new IdentityHashMap<>();
    if (loss == Loss.NOTHING) {
      // What was not synced is in the page cache still, and may be lost by a later crash.
      next.names = copied(names, copies, FaultyDisk::alike);
      next.durableNames = copied(durableNames, copies, FaultyDisk::alike);
      for (Map<String, File> unsynced : unsyncedNames) {
        next.unsyncedNames.add(copied(unsynced, copies, FaultyDisk::alike));
      }
    } else {
      Map<String, File> left = survivingNames(loss, random);
      next.names = copied(left, copies, file -> surviving(file, loss, random));
      next.durableNames = next.names;
    }
    return next;
  }

  /** The same content, all of it on disk, no fault. */
  public synchronized FaultyDisk copy() {
    FaultyDisk next = new FaultyDisk();
    next.capacity = capacity;
    next.names = copied(names, new IdentityHashMap<>(), file -> settled(file.cache));
    next.durableNames = next.names;
    return next;
  }

  private static Map<String, File> copied(
      Map<String, File> names, Map<File, File> copies, UnaryOperator<File> copy) {
    Map<String, File> copied = new TreeMap<>();
    names.forEach((name, file) -> copied.put(name, copies.computeIfAbsent(file, copy)));
    return copied;
  }

  private static File alike(File file) {
    File copy = new File();
    copy.cache = file.cache.clone();
    copy.durable = file.durable.clone();
    copy.unsynced.addAll(file.unsynced);
    return copy;
  }

  private static File settled(byte[] content) {
    File copy = new File();
    copy.cache = content.clone();
    copy.durable = content.clone();
    return copy;
  }

  private Map<String, File> survivingNames(Loss loss, SplittableRandom random) {
    return switch (loss) {
      case EVERYTHING -> durableNames;
      default -> {
        int kept = random.nextInt(unsyncedNames.size() + 1);
        yield kept == 0 ? durableNames : unsyncedNames.get(kept - 1);
      }
    };
  }

  private static File surviving(File file, Loss loss, SplittableRandom random) {
    byte[] content = file.durable.clone();
    if (loss == Loss.TORN || loss == Loss.PREFIX) {
      for (Write write : file.unsynced) {
        content = torn(content, write, loss, random);
      }
    }
    return settled(content);
  }

  private static byte[] torn(byte[] content, Write write, Loss loss, SplittableRandom random) {
    int length = write.bytes.length;
    int how = loss == Loss.PREFIX ? 2 : random.nextInt(4);
    return switch (how) {
      case 0 -> content;
      case 1 -> with(content, write, length);
      case 2 -> with(content, write, random.nextInt(length + 1));
      default -> holes(content, write, random);
    };
  }

  /** Blocks of random length are there or not. */
  private static byte[] holes(byte[] content, Write write, SplittableRandom random) {
    byte[] changed =
        Arrays.copyOf(content, Math.max(content.length, write.at + write.bytes.length));
    for (int at = 0; at < write.bytes.length; ) {
      int n = Math.min(write.bytes.length - at, 1 + random.nextInt(64));
      if (random.nextBoolean()) {
        System.arraycopy(write.bytes, at, changed, write.at + at, n);
      }
      at += n;
    }
    return changed;
  }

  /** Names of the files there are. */
  public synchronized List<String> names() {
    return List.copyOf(names.keySet());
  }

  /** Changes a byte behind the store's back. */
  public synchronized void flip(String name, int offset, int mask) {
    File file = names.get(name);
    file.cache[offset] ^= (byte) mask;
    file.durable[offset] ^= (byte) mask;
  }

  /** Changes bytes behind the store's back. */
  public synchronized void overwrite(String name, int at, byte[] bytes) {
    File file = names.get(name);
    System.arraycopy(bytes, 0, file.cache, at, bytes.length);
    file.durable = file.cache.clone();
  }

  /** Takes a file away behind the store's back. */
  public synchronized void remove(String name) {
    names = new TreeMap<>(names);
    names.remove(name);
    durableNames = names;
    unsyncedNames.clear();
  }

  /** Cuts a file behind the store's back. */
  public synchronized void truncate(String name, int size) {
    File file = names.get(name);
    file.cache = Arrays.copyOf(file.cache, size);
    file.durable = file.cache.clone();
  }

  /** Overwrites the rest of a file with zeros behind the store's back. */
  public synchronized void zeroFrom(String name, int offset) {
    File file = names.get(name);
    Arrays.fill(file.cache, offset, file.cache.length, (byte) 0);
    file.durable = file.cache.clone();
  }

  /** A file's bytes. */
  public synchronized byte[] content(String name) {
    return names.get(name).cache.clone();
  }
}
