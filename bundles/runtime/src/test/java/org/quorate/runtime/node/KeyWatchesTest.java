package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.core.certify.VersionIndex;

class KeyWatchesTest {
  private final VersionIndex index = new VersionIndex();
  private final KeyWatches watches = new KeyWatches();
  private long version;

  private void commit(String key, int times) {
    for (int i = 0; i < times; i++) {
      index.committed(++version, null, List.of(Bytes.utf8(key)), false);
      watches.applied(version, index);
    }
  }

  private List<Long> watch(KeyRange keys) {
    List<Long> told = new ArrayList<>();
    watches.add(watches.make(List.of(keys), version, told::add), index, version);
    return told;
  }

  private List<Long> watch(String key) {
    return watch(KeyRange.single(Bytes.utf8(key)));
  }

  /** With a version at which it has missed nothing: any node knows what came after it. */
  @Test
  void whoWaitsFromLongAgoIsToldToWaitFromNow() {
    commit("other", 10);
    final List<Long> key = watch("a");
    final List<Long> tree = watch(KeyRange.prefix(Bytes.utf8("b/")));
    commit("other", KeyWatches.BEHIND);
    watches.catchUp();
    assertEquals(List.of(), key, "it is not far enough behind");
    commit("other", 1);
    List<Long> late = watch("a");
    watches.catchUp();
    assertEquals(List.of(version), key);
    assertEquals(List.of(version), tree);
    assertEquals(List.of(), late);
    assertEquals(1, watches.size());
    commit("a", 1);
    assertEquals(List.of(version), late);
  }

  @Test
  void manyAreToldOneAfterTheOther() {
    List<List<Long>> told = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      told.add(watch("k" + i));
    }
    commit("other", KeyWatches.BEHIND + 1);
    int ticks = 0;
    while (watches.size() > 0) {
      int before = watches.size();
      watches.catchUp();
      int now = before - watches.size();
      assertTrue(now > 0 && now <= 32, now + " at once");
      ticks++;
    }
    assertEquals(4, ticks);
    assertTrue(told.stream().allMatch(List.of(version)::equals));
  }
}
