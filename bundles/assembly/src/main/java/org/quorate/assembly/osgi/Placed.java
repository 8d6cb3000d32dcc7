package org.quorate.assembly.osgi;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.osgi.framework.Bundle;
import org.quorate.assembly.BundleEntry;

/**
 * What was put into this framework, by symbolic name; what an operator changed since is not.
 * Thread-safe.
 */
final class Placed {
  private record Entry(BundleEntry bundle, long modified) {}

  private final Map<String, Entry> entries = new ConcurrentSkipListMap<>();

  void put(BundleEntry entry, Bundle bundle) {
    entries.put(entry.name(), new Entry(entry, bundle.getLastModified()));
  }

  void remove(String name) {
    entries.remove(name);
  }

  /** The entry that a bundle was made from, or null. */
  BundleEntry of(Bundle bundle) {
    Entry entry = entries.get(bundle.getSymbolicName());
    return entry != null && entry.modified() == bundle.getLastModified() ? entry.bundle() : null;
  }

  /** Names of what was put here once. */
  Iterable<String> names() {
    return java.util.List.copyOf(entries.keySet());
  }
}
