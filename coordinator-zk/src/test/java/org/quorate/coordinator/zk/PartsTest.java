package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.coordinator.zk.state.Command;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Inventory.KeptSession;
import org.quorate.spi.coordination.InventoryDifference;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.SessionSpec;

class PartsTest {
  private static final long TAKER = 7;

  private static KeyEntry key(String key, long mod, long owner) {
    return new KeyEntry(key, Bytes.wrap(new byte[1_000]), 1, mod, 1, owner);
  }

  private static KeptSession session(long id, String name) {
    return new KeptSession(
        new SessionInfo(id, name, "client", 5_000, SessionSpec.OnEnd.DELETE, 1), Bytes.EMPTY);
  }

  private static LockInfo lock(String name, long session) {
    LockInfo.Claim claim =
        new LockInfo.Claim(new FencingToken(1, session), session, "s", "a test", 1, 1);
    return new LockInfo(name, claim, List.of());
  }

  private static Inventory inventory(
      List<KeyEntry> keys,
      Map<String, Long> numbers,
      List<KeptSession> sessions,
      LockInfo... locks) {
    return new Inventory(9, 9, keys, numbers, sessions, List.of(locks), List.of());
  }

  private static List<Command> parts(Inventory there, Inventory wanted) {
    return Parts.of(InventoryDifference.between(there, wanted), TAKER);
  }

  private static List<KeyEntry> many() {
    List<KeyEntry> keys = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      keys.add(key("k/" + i, i, 0));
    }
    return keys;
  }

  @Test
  void whatIsThereAlreadyIsNotWritten() {
    Inventory all = inventory(many(), Map.of("n/", 1L), List.of(session(3, "s")), lock("l", 3));
    assertEquals(List.of(), parts(all, all));
    assertTrue(parts(inventory(List.of(), Map.of(), List.of()), all).size() > 4, "cut into parts");

    List<KeyEntry> keys = many();
    keys.set(5, key("k/5", 9_999, 0));
    keys.remove(6);
    Inventory wanted = inventory(keys, Map.of("n/", 2L), List.of(session(3, "s")), lock("l", 3));
    List<Command> parts = parts(all, wanted);
    assertEquals(2, parts.size(), parts.toString());
    Command.Dropped dropped = ((Command.TakeDrop) parts.get(0)).dropped();
    assertEquals(List.of("k/5", "k/6"), dropped.keys());
    assertEquals(List.of("n/"), dropped.numbers());
    assertEquals(List.of(), dropped.sessions());
    assertEquals(List.of(), dropped.locks());
    Inventory part = ((Command.TakePart) parts.get(1)).part();
    assertEquals(List.of(key("k/5", 9_999, 0)), part.keys());
    assertEquals(Map.of("n/", 2L), part.numbers());
    assertEquals(List.of(), part.sessions());
    assertEquals(List.of(), part.locks());
  }

  @Test
  void whatASessionOwnsGoesAndComesWithIt() {
    Inventory there =
        inventory(
            List.of(key("a", 1, 3), key("b", 1, 0)),
            Map.of(),
            List.of(session(3, "before")),
            lock("held", 3));
    Inventory wanted =
        inventory(
            List.of(key("a", 1, 3), key("b", 1, 0)),
            Map.of(),
            List.of(session(3, "another")),
            lock("held", 3));
    List<Command> parts = parts(there, wanted);
    Command.Dropped dropped = ((Command.TakeDrop) parts.get(0)).dropped();
    assertEquals(List.of("a"), dropped.keys());
    assertEquals(List.of(3L), dropped.sessions());
    assertEquals(List.of("held"), dropped.locks());
    Inventory part = ((Command.TakePart) parts.get(1)).part();
    assertEquals(List.of(key("a", 1, 3)), part.keys());
    assertEquals(List.of(session(3, "another")), part.sessions());
    assertEquals(List.of(lock("held", 3)), part.locks());
  }
}
