package org.quorate.assembly;

/**
 * A bundle of an assembly.
 *
 * @param name its symbolic name
 * @param version as OSGi writes it
 * @param sha256 of its jar, 64 hexadecimal digits in lower case
 * @param level the start level it gets
 */
public record BundleEntry(String name, String version, String sha256, int level) {
  /** Where plug-ins start. */
  public static final int PLUGIN_LEVEL = 6;

  public BundleEntry {
    if (!name.matches("[A-Za-z0-9_.-]{1,200}")) {
      throw new IllegalArgumentException("'" + name + "' is no symbolic name of a bundle");
    }
    if (!version.matches("[0-9]{1,9}(\\.[0-9]{1,9}){0,2}(\\.[A-Za-z0-9_-]{1,100})?")) {
      throw new IllegalArgumentException("'" + version + "' is no version of a bundle");
    }
    if (!isSha256(sha256)) {
      throw new IllegalArgumentException("'" + sha256 + "' is no SHA-256 of 64 lower-case digits");
    }
    if (level < PLUGIN_LEVEL || level > 9) {
      throw new IllegalArgumentException(
          "start level " + level + " of " + name + ": allowed are " + PLUGIN_LEVEL + " to 9");
    }
  }

  /** Whether a text can be the hash of a jar. */
  public static boolean isSha256(String text) {
    return text.matches("[0-9a-f]{64}");
  }

  @Override
  public String toString() {
    return name + " " + version;
  }
}
