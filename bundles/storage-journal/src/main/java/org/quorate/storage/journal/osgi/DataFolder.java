package org.quorate.storage.journal.osgi;

import java.nio.file.Path;
import org.osgi.framework.BundleContext;

/** Where the node keeps its data: framework property {@code quorate.data}. */
final class DataFolder {
  private static final String PROPERTY = "quorate.data";

  private DataFolder() {}

  static Path of(BundleContext context, String part) {
    String folder = context.getProperty(PROPERTY);
    if (folder == null || folder.isBlank()) {
      throw new IllegalStateException(
          "framework property " + PROPERTY + " is not set: it names the node's data folder");
    }
    return Path.of(folder).toAbsolutePath().resolve(part);
  }
}
