package org.quorate.cli.command;

/**
 * What a check of the doctor found.
 *
 * @param level OK, WARN or ERROR
 * @param next what to do, null when OK
 */
record Finding(String level, String check, String finding, String next) {
  static Finding ok(String check, String finding) {
    return new Finding("OK", check, finding, null);
  }

  static Finding warn(String check, String finding, String next) {
    return new Finding("WARN", check, finding, next);
  }

  static Finding error(String check, String finding, String next) {
    return new Finding("ERROR", check, finding, next);
  }

  boolean bad() {
    return !level.equals("OK");
  }
}
