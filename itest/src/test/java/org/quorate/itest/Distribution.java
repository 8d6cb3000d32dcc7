package org.quorate.itest;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The assembly that the build made, as its config.properties describes it. */
public final class Distribution {
  private static final int LAST_LEVEL = 9;

  private final Path home;
  private final Properties conf = new Properties();

  private Distribution(Path home) {
    this.home = home;
    try (Reader reader = Files.newBufferedReader(home.resolve("conf/config.properties"))) {
      conf.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The one of this build. */
  public static Distribution ofThisBuild() {
    return new Distribution(Path.of(System.getProperty("quorate.home")));
  }

  /** Its directory. */
  public Path home() {
    return home;
  }

  /** Properties of the framework, the lists of bundles apart. */
  public Map<String, String> frameworkProperties() {
    Map<String, String> properties = new TreeMap<>();
    for (String name : conf.stringPropertyNames()) {
      if (!name.startsWith("felix.auto.")) {
        properties.put(name, expand(conf.getProperty(name)));
      }
    }
    return properties;
  }

  /** Bundles of a start level; fragments, which are only installed, are among them. */
  public List<Path> bundles(int level) {
    List<Path> bundles = new ArrayList<>();
    for (String kind : List.of("install", "start")) {
      String list = conf.getProperty("felix.auto." + kind + "." + level, "").strip();
      if (!list.isEmpty()) {
        for (String url : list.replaceAll("^\"|\"$", "").split("\"\\s+\"")) {
          bundles.add(Path.of(expand(url).replaceFirst("^reference:file:", "")));
        }
      }
    }
    return bundles;
  }

  /** The highest start level there is. */
  public int lastLevel() {
    return LAST_LEVEL;
  }

  /** The file of an installed bundle. */
  public Path bundle(String symbolicName) {
    for (int level = 1; level <= LAST_LEVEL; level++) {
      for (Path bundle : bundles(level)) {
        if (bundle.endsWith(symbolicName + ".jar")) {
          return bundle;
        }
      }
    }
    throw new IllegalArgumentException("the assembly has no bundle " + symbolicName);
  }

  private String expand(String text) {
    return text.replace("${quorate.home}", home.toString());
  }
}
