package org.quorate.distribution;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** The jars of a class path, by symbolic name; by file name without version where there is none. */
final class Jars {
  private final Map<String, Path> files = new TreeMap<>();
  private final Set<String> bundles = new TreeSet<>();
  private final List<String> problems = new ArrayList<>();

  static Jars ofClassPath(String classPath) throws IOException {
    Jars jars = new Jars();
    for (String element : classPath.split(File.pathSeparator)) {
      Path file = Path.of(element);
      if (Files.isRegularFile(file) && element.endsWith(".jar")) {
        jars.add(file);
      } else if (Files.isDirectory(file)
          && !file.endsWith(Path.of("distribution/target/classes"))) {
        jars.problems.add(file + " is a directory of classes, wanted is a jar: package the module");
      }
    }
    return jars;
  }

  private void add(Path file) throws IOException {
    String name = file.getFileName().toString().replaceFirst("-\\d.*$", "");
    try (JarFile jar = new JarFile(file.toFile())) {
      Manifest manifest = jar.getManifest();
      Attributes main = manifest == null ? new Attributes() : manifest.getMainAttributes();
      String symbolicName = main.getValue("Bundle-SymbolicName");
      if (symbolicName != null) {
        name = symbolicName.replaceFirst(";.*", "").strip();
        if ("2".equals(main.getValue("Bundle-ManifestVersion"))) {
          bundles.add(name);
        }
      }
    }
    Path other = files.put(name, file);
    if (other != null) {
      problems.add(name + " is there twice: " + other.getFileName() + ", " + file.getFileName());
    }
  }

  Set<String> names() {
    return files.keySet();
  }

  boolean has(String name) {
    return files.containsKey(name);
  }

  boolean isBundle(String name) {
    return bundles.contains(name);
  }

  Path file(String name) {
    return files.get(name);
  }

  List<String> problems() {
    return problems;
  }
}
