package org.quorate.spi.coordination;

/**
 * Some keys: one, or all below a path.
 *
 * @param path a key; for a tree also "", which means all keys
 * @param tree whether the keys below the path are meant, without the one at the path itself
 */
public record Scope(String path, boolean tree) {
  public Scope {
    if (tree) {
      Keys.path(path);
    } else {
      Keys.check(path);
    }
  }

  /** One key. */
  public static Scope key(String key) {
    return new Scope(key, false);
  }

  /** All keys below a path, at any depth. */
  public static Scope tree(String path) {
    return new Scope(path, true);
  }

  /** Whether a key belongs to it. */
  public boolean contains(String key) {
    if (!tree) {
      return key.equals(path);
    }
    return path.isEmpty()
        || key.length() > path.length() + 1
            && key.startsWith(path)
            && key.charAt(path.length()) == '/';
  }

  @Override
  public String toString() {
    return tree ? path + "/**" : path;
  }
}
