package org.quorate.coordinator.zk.state;

import java.util.Comparator;

/** Orders texts as their bytes in UTF-8 would be. */
public final class KeyOrder {
  /** The order of keys, and of names of locks. */
  public static final Comparator<String> UTF8 = KeyOrder::compare;

  private KeyOrder() {}

  private static int compare(String a, String b) {
    int common = Math.min(a.length(), b.length());
    for (int i = 0; i < common; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        return Character.compare(rank(x), rank(y));
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** Surrogates stand for what lies behind all other characters. */
  private static char rank(char c) {
    if (Character.isSurrogate(c)) {
      return (char) (c + 0x2000);
    }
    return c >= 0xe000 ? (char) (c - 0x800) : c;
  }
}
