package org.quorate.spi.coordination;

import org.quorate.api.Bytes;

/** What must hold, at the point where a transaction is executed, for it to have any effect. */
public sealed interface Condition {
  /** The key exists. */
  record Exists(String key) implements Condition {
    public Exists {
      Keys.check(key);
    }
  }

  /** The key does not exist. */
  record Absent(String key) implements Condition {
    public Absent {
      Keys.check(key);
    }
  }

  /** The key exists and was last changed by this revision. */
  record Unchanged(String key, long modRevision) implements Condition {
    public Unchanged {
      Keys.check(key);
      CoordinationLimits.range("revision", modRevision, 1, Long.MAX_VALUE);
    }
  }

  /** The key exists and has this version. */
  record Version(String key, long version) implements Condition {
    public Version {
      Keys.check(key);
      CoordinationLimits.range("version", version, 1, Long.MAX_VALUE);
    }
  }

  /** The key exists and is owned by this session, which need not be the caller's; 0 for none. */
  record OwnedBy(String key, long session) implements Condition {
    public OwnedBy {
      Keys.check(key);
    }
  }

  /** The lock is held with this token. */
  record Held(String lock, FencingToken token) implements Condition {
    public Held {
      Keys.check(lock);
      CoordinationLimits.range("token", token.counter(), 1, Long.MAX_VALUE);
    }
  }

  /** The key exists and has this value. Needs {@link Capability#VALUE_CONDITIONS}. */
  record ValueEquals(String key, Bytes value) implements Condition {
    public ValueEquals {
      Keys.check(key);
      CoordinationLimits.value(value);
    }
  }

  /** No key exists below the path. Needs {@link Capability#RANGE_CONDITIONS}. */
  record TreeEmpty(String path) implements Condition {
    public TreeEmpty {
      Keys.path(path);
    }
  }

  /**
   * No key below the path was created or changed after the revision; deletions are not seen. Needs
   * {@link Capability#RANGE_CONDITIONS}.
   */
  record TreeNotPutSince(String path, long revision) implements Condition {
    public TreeNotPutSince {
      Keys.path(path);
      CoordinationLimits.range("revision", revision, 0, Long.MAX_VALUE);
    }
  }
}
