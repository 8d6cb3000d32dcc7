package org.quorate.assembly;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/** Class loaders as they are made, held weakly, and those of them that should be gone. Thread-safe. */
public final class ClassLoaders implements Leaks {
  private static final int ROUNDS = 10;
  private static final long PAUSE_MS = 100;

  private record Made(String bundle, String version, WeakReference<ClassLoader> loader) {}

  private final Predicate<ClassLoader> current;
  private final List<Made> made = new ArrayList<>();
  private long collected;

  /**
   * None yet.
   *
   * @param current whether a class loader is the one that its bundle uses now
   */
  public ClassLoaders(Predicate<ClassLoader> current) {
    this.current = current;
  }

  /** A bundle has begun to use a class loader, or uses it again. */
  public synchronized void made(String bundle, String version, ClassLoader loader) {
    if (made.stream().noneMatch(m -> m.loader().get() == loader)) {
      made.add(new Made(bundle, version, new WeakReference<>(loader)));
    }
  }

  @Override
  public synchronized long replaced() {
    int there = old().size(); // counts those that have been collected
    return collected + there;
  }

  @Override
  public List<Leak> find() {
    for (int round = 0; round < ROUNDS && !isAllCollected(); round++) {
      System.gc();
      try {
        Thread.sleep(PAUSE_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    List<Leak> leaks = new ArrayList<>();
    for (Made each : old()) {
      ClassLoader loader = each.loader().get();
      if (loader != null) {
        leaks.add(new Leak(each.bundle(), each.version(), Holders.of(loader)));
      }
    }
    return leaks;
  }

  private boolean isAllCollected() {
    return old().isEmpty();
  }

  /** Those that nothing should use any more and that are still there. */
  private synchronized List<Made> old() {
    List<Made> old = new ArrayList<>();
    for (Iterator<Made> i = made.iterator(); i.hasNext(); ) {
      Made each = i.next();
      ClassLoader loader = each.loader().get();
      if (loader == null) {
        i.remove();
        collected++;
      } else if (!current.test(loader)) {
        old.add(each);
      }
    }
    return old;
  }
}
