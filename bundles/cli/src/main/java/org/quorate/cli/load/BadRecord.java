package org.quorate.cli.load;

/** Why a record cannot be loaded. */
final class BadRecord extends Exception {
  private static final long serialVersionUID = 1L;

  BadRecord(String reason) {
    super(reason);
  }
}
