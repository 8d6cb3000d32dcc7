package org.quorate.assembly;

/**
 * What an assembly changes about one bundle.
 *
 * @param from version that runs now, null if it is not installed
 * @param to version that would run, null if it would be uninstalled
 * @param note what else is to be known, or empty
 */
public record Change(Kind kind, String name, String from, String to, String note) {
  /** Kinds of change. */
  public enum Kind {
    /** Comes in addition. */
    INSTALL,
    /** Takes the place of another version. */
    UPDATE,
    /** The distribution's version takes its place again. */
    RESTORE,
    /** Goes; it was no part of the distribution. */
    UNINSTALL
  }
}
