package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.SessionSpec;

/** Whose turn it is to be kept alive. */
class HeldSessionsTest {
  private static final int COUNT = 2_500;

  /** None waits for another one: whoever has the highest id would never have its turn. */
  @Test
  void allThatAreDueAreKeptAliveAtOnce() {
    HeldSessions held = new HeldSessions(null);
    for (long id = 1; id <= COUNT; id++) {
      held.add(new ZkSession(null, id, Bytes.EMPTY, SessionSpec.of("s", 1_000)));
    }
    List<List<ZkSession>> due = held.due(1);
    assertEquals(List.of(1_000, 1_000, 500), due.stream().map(List::size).toList());
    assertEquals(
        LongStream.rangeClosed(1, COUNT).boxed().toList(),
        due.stream().flatMap(List::stream).map(ZkSession::id).toList());
    assertEquals(List.of(), held.due(1), "they are on their way");
  }
}
