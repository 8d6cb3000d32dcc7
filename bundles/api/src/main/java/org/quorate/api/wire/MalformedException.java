package org.quorate.api.wire;

/** Bytes that do not decode: names what was expected and at which offset. */
public final class MalformedException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int offset;

  public MalformedException(String expected, int offset) {
    super("malformed at offset " + offset + ": " + expected);
    this.offset = offset;
  }

  /** Offset from the start of the decoded slice. */
  public int offset() {
    return offset;
  }
}
