package org.quorate.api;

import java.util.regex.Pattern;

/** The rule for names that become file names, addresses and metric labels. */
final class Names {
  private static final Pattern RULE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private Names() {}

  static void check(String kind, String name) {
    if (name == null || !RULE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          kind
              + " name '"
              + name
              + "': a name is 1 to 63 of a-z A-Z 0-9 . _ - and begins with a letter or digit");
    }
  }
}
