package org.quorate.core.certify;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;

class VersionIndexTest {
  private final VersionIndex index = new VersionIndex();

  private void commit(long version, String key) {
    index.committed(version, null, List.of(Bytes.utf8(key)), false);
  }

  private boolean mayHaveWritten(KeyRange range, long version) {
    return index.mayHaveWritten(List.of(range), version);
  }

  private static KeyRange single(String key) {
    return KeyRange.single(Bytes.utf8(key));
  }

  private static KeyRange prefix(String key) {
    return KeyRange.prefix(Bytes.utf8(key));
  }

  @Test
  void knowsOfASingleKeyHoweverManyCommitsCameSince() {
    commit(1, "a");
    for (int version = 2; version < 10_000; version++) {
      commit(version, "other");
    }
    assertTrue(mayHaveWritten(single("a"), 0));
    assertFalse(mayHaveWritten(single("a"), 1));
    assertFalse(mayHaveWritten(single("b"), 0));
    assertTrue(index.mayHaveWritten(List.of(single("b"), single("other")), 9_998));
  }

  @Test
  void looksForARangeAmongTheNewestCommits() {
    commit(1, "a/1");
    for (int version = 2; version < 200; version++) {
      commit(version, "other");
    }
    assertTrue(mayHaveWritten(prefix("a/"), 0));
    assertFalse(mayHaveWritten(prefix("a/"), 1));
    assertFalse(mayHaveWritten(prefix("b/"), 0));
  }

  @Test
  void takesForWrittenWhatItDoesNotLookFor() {
    for (int version = 1; version < 100_000; version++) {
      commit(version, "other");
    }
    assertTrue(mayHaveWritten(prefix("a/"), 50_000));
    assertFalse(mayHaveWritten(prefix("a/"), 99_990));
    assertTrue(mayHaveWritten(single("a"), 1), "below the horizon");
  }
}
