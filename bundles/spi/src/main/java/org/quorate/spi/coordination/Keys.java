package org.quorate.spi.coordination;

import org.quorate.spi.coordination.CoordinationException.Code;

/**
 * What a key is: one or more names with "/" between them, without one at the begin or the end. A
 * name is not empty, not "." or "..", and has no control or unpaired surrogate characters. A key
 * needs no parent: {@code a/b} may exist without {@code a}, and {@code a} may have a value and keys
 * below it. Keys are ordered by their bytes in UTF-8. Names of locks follow the same rules in a space
 * of their own.
 */
public final class Keys {
  private Keys() {}

  /** The key, if it is one. */
  public static String check(String key) {
    if (key == null || key.isEmpty()) {
      throw new CoordinationException(Code.INVALID, "a key is empty");
    }
    int start = 0;
    for (int i = 0; i <= key.length(); i++) {
      if (i == key.length() || key.charAt(i) == '/') {
        name(key, start, i);
        start = i + 1;
      } else {
        character(key, i);
      }
    }
    int size = CoordinationLimits.bytes(key);
    if (size > CoordinationLimits.KEY_BYTES) {
      throw CoordinationLimits.tooLarge("a key of", size, "bytes", CoordinationLimits.KEY_BYTES);
    }
    return key;
  }

  private static void name(String key, int from, int to) {
    int length = to - from;
    if (length == 0) {
      String where = from == 0 ? "begins with" : to == key.length() ? "ends with" : "has a double";
      throw new CoordinationException(
          Code.INVALID, "key '" + key + "' " + where + " '/'; a key is written as a/b");
    }
    if (length < 3 && "..".startsWith(key.substring(from, to))) {
      throw new CoordinationException(
          Code.INVALID,
          "key '" + key + "' has the name '" + key.substring(from, to) + "', which no name can be");
    }
  }

  private static void character(String key, int at) {
    char c = key.charAt(at);
    boolean first = at + 1 < key.length() && Character.isSurrogatePair(c, key.charAt(at + 1));
    boolean second = at > 0 && Character.isSurrogatePair(key.charAt(at - 1), c);
    if (Character.isISOControl(c) || Character.isSurrogate(c) && !first && !second) {
      throw new CoordinationException(
          Code.INVALID,
          "a key has the character " + Integer.toHexString(c) + " (hexadecimal) at " + at);
    }
  }

  /** The path of a tree: a key, or "" for all keys. */
  public static String path(String path) {
    return path != null && path.isEmpty() ? path : check(path);
  }

  /** A path with a name below it. */
  public static String below(String path, String name) {
    return path.isEmpty() ? name : path + "/" + name;
  }
}
