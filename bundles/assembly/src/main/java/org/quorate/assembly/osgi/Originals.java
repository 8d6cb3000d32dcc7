package org.quorate.assembly.osgi;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarFile;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.quorate.assembly.Artifacts;
import org.quorate.assembly.AssemblyException;

/**
 * The jars of the distribution. Each is read once, and again when its size or time of change is another:
 * together they are a hundred megabytes. Blocks; thread-safe.
 */
final class Originals {
  private static final String REFERENCE = "reference:file:";

  /** A jar as it was read. */
  private record Known(long size, FileTime modified, String version, String sha256) {
    boolean holds(BasicFileAttributes now) {
      return size == now.size() && modified.equals(now.lastModifiedTime());
    }
  }

  private final Map<Path, Known> known = new ConcurrentHashMap<>();

  /** The distribution's jar of a bundle, or null if it came from elsewhere. */
  Path of(Bundle bundle) {
    String location = bundle.getLocation();
    if (!location.startsWith(REFERENCE)) {
      return null;
    }
    String file = location.substring(REFERENCE.length());
    // As the node's configuration writes it, with blanks; or as a URL.
    Path plain = Path.of(file);
    boolean encoded = file.indexOf('%') >= 0 && !Files.exists(plain);
    return encoded ? Path.of(URI.create("file:" + file)) : plain;
  }

  /** The jar that a bundle runs from; null if it is none of the distribution's, or of another version. */
  Path running(Bundle bundle) {
    Path jar = of(bundle);
    return jar != null && version(jar).equals(bundle.getVersion().toString()) ? jar : null;
  }

  String version(Path jar) {
    return known(jar).version();
  }

  String sha256(Path jar) {
    return known(jar).sha256();
  }

  private Known known(Path jar) {
    try {
      BasicFileAttributes now = Files.readAttributes(jar, BasicFileAttributes.class);
      Known found = known.get(jar);
      if (found == null || !found.holds(now)) {
        String sha256 = Artifacts.sha256(jar);
        found = new Known(now.size(), now.lastModifiedTime(), readVersion(jar), sha256);
        known.put(jar, found);
      }
      return found;
    } catch (IOException e) {
      throw new AssemblyException(jar + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static String readVersion(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      String version = file.getManifest().getMainAttributes().getValue(Constants.BUNDLE_VERSION);
      return Version.parseVersion(version).toString();
    }
  }
}
