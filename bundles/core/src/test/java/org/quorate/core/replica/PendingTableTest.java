package org.quorate.core.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.api.Outcome;

class PendingTableTest {
  private static final Outcome LATE = new Outcome.Indeterminate("late", null);

  @Test
  void answersEachTicketOnce() {
    PendingTable table = new PendingTable();
    long first = table.add(o -> {}, 10);
    long second = table.add(o -> {}, 10);
    assertNotNull(table.remove(second));
    assertNull(table.remove(second));
    assertEquals(1, table.size());
    assertNotNull(table.remove(first));
    assertEquals(0, table.size());
    assertNull(table.remove(99));
  }

  @Test
  void growsWithManyWaiting() {
    PendingTable table = new PendingTable();
    List<Integer> answered = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      int n = i;
      table.add(o -> answered.add(n), i);
      if (i % 3 == 0) {
        table.remove(i + 1);
      }
    }
    table.expire(2_000, LATE);
    assertEquals(2_001 - 667, answered.size());
    assertEquals(1, answered.get(0));
    table.expire(Long.MAX_VALUE, LATE);
    assertEquals(0, table.size());
    assertEquals(5_000 - 1_667, answered.size());
  }

  @Test
  void aWaiterMayAddAnotherWhenItIsAnswered() {
    PendingTable table = new PendingTable();
    table.add(o -> table.add(x -> {}, 100), 1);
    table.expire(50, LATE);
    assertEquals(1, table.size());
  }
}
