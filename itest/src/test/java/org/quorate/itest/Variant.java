package org.quorate.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Another version of a bundle: the same classes under another version, by a changed manifest. */
public final class Variant {
  private final Path original;
  private final Manifest manifest;

  private Variant(Path original, Manifest manifest) {
    this.original = original;
    this.manifest = manifest;
  }

  /** Of a jar. */
  public static Variant of(Path original) throws IOException {
    try (JarFile jar = new JarFile(original.toFile())) {
      return new Variant(original, jar.getManifest());
    }
  }

  /** The version of a bundle, as OSGi writes it. */
  public static String versionOf(Path jar) throws IOException {
    return of(jar).manifest.getMainAttributes().getValue("Bundle-Version");
  }

  /** With another version. */
  public Variant version(String version) {
    return with("Bundle-Version", version);
  }

  /** With another header. */
  public Variant with(String header, String value) {
    manifest.getMainAttributes().put(new Attributes.Name(header), value);
    return this;
  }

  /** Writes it. */
  public Path write(Path target) throws IOException {
    try (JarFile from = new JarFile(original.toFile());
        JarOutputStream to = new JarOutputStream(Files.newOutputStream(target), manifest)) {
      for (JarEntry entry : Collections.list(from.entries())) {
        if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
          to.putNextEntry(new JarEntry(entry.getName()));
          from.getInputStream(entry).transferTo(to);
          to.closeEntry();
        }
      }
    }
    return target;
  }
}
