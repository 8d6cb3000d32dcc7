package org.quorate.management;

import org.quorate.runtime.api.AccessRole;

/** What an operation does, and so who may run it. */
public enum Access {
  /** Changes nothing: also a GET. */
  READ(AccessRole.VIEWER),
  /** Daily work: keys and values, who leads, checkpoints. */
  WRITE(AccessRole.OPERATOR),
  /** Changes groups, members, parameters or the node itself. */
  ADMIN(AccessRole.ADMIN);

  private final AccessRole role;

  Access(AccessRole role) {
    this.role = role;
  }

  /** The least role that may run it. */
  public AccessRole role() {
    return role;
  }
}
