package org.quorate.management;

/** What a caller must be allowed to do; each includes the ones before. */
public enum Access {
  READ,
  WRITE,
  ADMIN;

  /** Whether a caller who has this may do what needs {@code needed}. */
  public boolean allows(Access needed) {
    return ordinal() >= needed.ordinal();
  }
}
