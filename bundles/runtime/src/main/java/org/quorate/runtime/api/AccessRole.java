package org.quorate.runtime.api;

/** What a caller may do; each role includes those before it. */
public enum AccessRole {
  /** Looks. */
  VIEWER,
  /** Writes keys, moves leadership, asks for checkpoints. */
  OPERATOR,
  /** Creates and changes groups and members, sets parameters, stops nodes. */
  ADMIN;

  /** Whether this role includes another. */
  public boolean covers(AccessRole needed) {
    return compareTo(needed) >= 0;
  }

  /** The word for it in files and messages. */
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
