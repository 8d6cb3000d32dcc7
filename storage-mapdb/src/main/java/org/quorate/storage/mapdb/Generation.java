package org.quorate.storage.mapdb;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.quorate.spi.storage.StateCursor;

/**
 * The files of a group's state: {@code state-<n>.db} with its log {@code state-<n>.log}. The highest
 * number counts; a new generation is built as {@code state-<n>.new} and counts once it is renamed,
 * which is the switch.
 *
 * <p>It is open as long as the store uses it or a cursor walks over it.
 */
final class Generation {
  /** What the groups of a storage share. */
  record Host(PageCache cache, PagePool pool, Disk.Guard guard) {
    Host(PageCache cache, Disk.Guard guard) {
      this(cache, new PagePool(cache.pages()), guard);
    }
  }

  private static final String PREFIX = "state-";
  private static final String DATA = ".db";
  private static final String LOG = ".log";
  private static final String BUILDING = ".new";

  private final long number;
  private final Path data;
  private final Path log;
  private final Tree tree;
  private volatile TreeView reader;
  private int users = 1;
  private volatile boolean shut;

  private Generation(Path folder, long number, Host host) {
    this.number = number;
    this.data = folder.resolve(PREFIX + number + DATA);
    this.log = folder.resolve(PREFIX + number + LOG);
    PageFile file = PageFile.open(data, host.guard());
    PageLog pages = null;
    try {
      pages = PageLog.open(log, file.checkpoint(), host.guard());
      Disk.syncFolder(folder, host.guard());
      this.tree = Tree.open(data, new PagedVolume(file, pages, host));
      publish(tree.volume().committed());
    } catch (RuntimeException e) {
      if (pages != null) {
        pages.close();
      }
      file.close();
      throw e;
    }
  }

  /** Opens the newest, creates the first, and deletes what a crash left of others. */
  static Generation openNewest(Path folder, Host host) {
    List<String> names = Disk.names(folder);
    long newest =
        names.stream().filter(n -> isData(n)).mapToLong(Generation::number).max().orElse(0);
    for (String name : names) {
      boolean leftover = name.startsWith(PREFIX) && (!isData(name) || number(name) != newest);
      if (leftover && !name.equals(PREFIX + newest + LOG)) {
        Disk.delete(folder.resolve(name));
      }
    }
    return newest == 0
        ? build(folder, 1, Cursors.EMPTY, 0, host)
        : new Generation(folder, newest, host);
  }

  private static boolean isData(String name) {
    return name.matches("state-[1-9][0-9]{0,17}\\.db");
  }

  private static long number(String name) {
    return Long.parseLong(name.substring(PREFIX.length(), name.length() - DATA.length()));
  }

  /** Makes a new generation of a content, durable and the newest when it returns. */
  static Generation build(Path folder, long number, StateCursor content, long applied, Host host) {
    Path building = folder.resolve(PREFIX + number + BUILDING);
    PagedVolume volume = new PagedVolume(PageFile.create(building, host.guard()), null, host);
    try {
      Tree tree = Tree.create(building, volume, content);
      tree.complete(applied);
      volume.persist();
    } catch (RuntimeException e) {
      volume.close();
      Disk.delete(building);
      throw e;
    }
    volume.close();
    Disk.delete(folder.resolve(PREFIX + number + LOG));
    Disk.rename(building, folder.resolve(PREFIX + number + DATA), host.guard());
    return new Generation(folder, number, host);
  }

  /** True once a generation of that number counts. */
  static boolean exists(Path folder, long number) {
    return Files.exists(folder.resolve(PREFIX + number + DATA));
  }

  long number() {
    return number;
  }

  Path data() {
    return data;
  }

  synchronized void use() {
    users++;
  }

  /** The last user closes the files. */
  synchronized void release() {
    if (--users == 0) {
      tree.close();
    }
  }

  /** Closes the files now: walks over them end with an error. */
  synchronized void shut() {
    shut = true;
    tree.close();
  }

  /** The tree, for the thread that commits. */
  Tree tree() {
    return tree;
  }

  /** Lets those who begin to read from now on see this. */
  void publish(CommittedVolume committed) {
    reader = TreeView.of(data, committed, tree.root());
  }

  /** What was committed last; the caller holds the store's lock until it has read. */
  TreeView reader() {
    if (shut) {
      throw new IllegalStateException("the store is closed");
    }
    return reader;
  }

  /** Deletes the files; open ones stay readable. */
  void delete() {
    Disk.delete(log);
    Disk.delete(data);
  }
}
