package org.quorate.spi.coordination;

import org.quorate.api.Bytes;

/** A part of what a transaction does. */
public sealed interface Op {
  /**
   * Creates a key or sets its value, and its owner in any case.
   *
   * @param owner id of a session that this coordinator has open, whose end deletes the key or makes it
   *     ownerless ({@link SessionSpec#onEnd}); 0 for a key that stays
   */
  record Put(String key, Bytes value, long owner) implements Op {
    public Put {
      Keys.check(key);
      CoordinationLimits.value(value);
    }

    /** A key that stays. */
    public Put(String key, Bytes value) {
      this(key, value, 0);
    }
  }

  /** Sets the value of a key that exists and leaves its owner, whoever that is; else it fails. */
  record SetValue(String key, Bytes value) implements Op {
    public SetValue {
      Keys.check(key);
      CoordinationLimits.value(value);
    }
  }

  /**
   * Creates the key {@code prefix} followed by a number of ten digits, which counts from 0 for each
   * prefix and is never given twice, be the keys there or not.
   *
   * @param owner as in {@link Put}
   */
  record PutSequential(String prefix, Bytes value, long owner) implements Op {
    public PutSequential {
      Keys.check(prefix + "0000000000");
      CoordinationLimits.value(value);
    }
  }

  /** Deletes a key; without effect if there is none. */
  record Delete(String key) implements Op {
    public Delete {
      Keys.check(key);
    }
  }

  /** Deletes all keys below a path, but not the one at the path. At most 20,000, else TOO_LARGE. */
  record DeleteTree(String path) implements Op {
    public DeleteTree {
      Keys.path(path);
    }
  }
}
