package org.quorate.management;

/** What an operation does to the node or its groups. */
public enum Access {
  /** Changes nothing: also a GET. */
  READ,
  /** Changes what a group replicates. */
  WRITE,
  /** Changes groups or the node itself. */
  ADMIN
}
