package org.quorate.core.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.api.Bytes;

class SessionTableTest {
  @Test
  void endsASessionOnlyAfterItsWholeTtlWithoutRenewal() {
    SessionTable table = new SessionTable();
    table.open(5, 100);
    assertEquals(List.of(), table.advance(60));
    assertTrue(table.renew(5));
    assertEquals(
        List.of(), table.advance(500), "proposed before the renewal, for all that is known");
    assertEquals(List.of(), table.advance(500), "the renewal counts from the end of this step");
    assertEquals(List.of(), table.advance(100), "exactly the TTL since the renewal is not late");
    assertEquals(List.of(5L), table.advance(1));
    assertFalse(table.renew(5), "an ended session does not come back");
  }

  @Test
  void endsSessionsInTheOrderOfTheirIds() {
    SessionTable table = new SessionTable();
    table.open(9, 10);
    table.open(2, 20);
    table.open(4, 500);
    table.advance(1);
    table.advance(1);
    assertEquals(List.of(2L, 9L), table.advance(100));
    assertEquals(1, table.size());
  }

  /** Who ordered it knew no bounds: it neither lives for ever nor ends at once. */
  @ParameterizedTest
  @ValueSource(longs = {Session.MAX_TTL_MS + 1, 1L << 62, Long.MAX_VALUE, -1, Long.MIN_VALUE})
  void aTtlBeyondTheLongestIsTheLongest(long ttlMs) {
    SessionTable table = new SessionTable();
    table.open(1, ttlMs);
    table.advance(1);
    table.advance(1);
    assertEquals(List.of(), table.advance(Session.MAX_TTL_MS));
    assertEquals(List.of(1L), table.advance(1));
  }

  @Test
  void savesWhatChangedAndRestoresIt() {
    SessionTable table = new SessionTable();
    Map<Long, Bytes> saved = new HashMap<>();
    table.open(1, 100);
    table.open(2, 100);
    table.drainDirty(saved::put);
    table.keep(table.find(1), 1, new Session.Answer(1, 1, Bytes.utf8("x")));
    table.close(2);
    table.advance(50);
    table.drainDirty(saved::put);
    SessionTable back = new SessionTable();
    back.reset(table.timeMs());
    saved.forEach(
        (id, state) -> {
          if (state != null) {
            back.restore(id, state);
          }
        });
    assertEquals(1, back.size());
    assertEquals(Bytes.utf8("x"), back.find(1).answer(1).result());
    assertEquals(List.of(), back.advance(50), "the renewal settles");
    assertEquals(List.of(), back.advance(100));
    assertEquals(List.of(1L), back.advance(1));
  }
}
