package org.quorate.tck.history;

import java.util.Arrays;

/** What a transaction did to one key, in the order in which it did it. */
public sealed interface Operation {
  String key();

  /** Appended to a list; no other append to this key has the same value. */
  record Append(String key, long value) implements Operation {
    @Override
    public String toString() {
      return "append " + key + " " + value;
    }
  }

  /**
   * Read a whole list, with what the transaction itself had appended.
   *
   * @param values not to be changed afterwards; empty for an absent key
   */
  record ReadList(String key, long... values) implements Operation {
    @Override
    public String toString() {
      return "read " + key + " " + tail(values, values.length);
    }

    /** The first {@code length} elements, or only their end if there are many. */
    static String tail(long[] values, int length) {
      int shown = Math.min(length, 8);
      String text = Arrays.toString(Arrays.copyOfRange(values, length - shown, length));
      return shown == length ? text : "[… " + (length - shown) + " more, " + text.substring(1);
    }
  }

  /** Set a register; no other write of this key has the same value, and none is 0. */
  record Write(String key, long value) implements Operation {
    @Override
    public String toString() {
      return "write " + key + " " + value;
    }
  }

  /** Read a register; 0 for one that was never written. */
  record Read(String key, long value) implements Operation {
    @Override
    public String toString() {
      return "read " + key + " " + value;
    }
  }
}
