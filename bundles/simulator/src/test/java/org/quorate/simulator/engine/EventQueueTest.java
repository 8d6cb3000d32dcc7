package org.quorate.simulator.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventQueueTest {
  private final EventQueue queue = new EventQueue();
  private final List<String> ran = new ArrayList<>();

  private void runAll() {
    while (queue.runNext()) {
      assertEquals(true, queue.nowUs() >= 0);
    }
  }

  @Test
  void tasksRunByTimeAndThenByTurn() {
    queue.after(5, () -> ran.add("b"));
    queue.after(1, () -> ran.add("a"));
    queue.after(5, () -> ran.add("c"));
    runAll();
    assertEquals(List.of("a", "b", "c"), ran);
    assertEquals(5, queue.nowUs());
    assertFalse(queue.runNext());
  }

  @Test
  void thousandsOfTasksComeInOrder() {
    Rng rng = new Rng(1);
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      queue.after(rng.between(0, 500), () -> times.add(queue.nowUs()));
    }
    runAll();
    assertEquals(times.stream().sorted().toList(), times);
    assertEquals(5_000, times.size());
  }

  @Test
  void thePastIsClosed() {
    queue.after(5, () -> {});
    queue.runNext();
    assertThrows(IllegalArgumentException.class, () -> queue.at(4, () -> {}));
  }

  @Test
  void aFrozenProcessGoesOnWhereItWas() {
    Process process = new Process(queue, new Rng(1), 10);
    process.freeze();
    process.loop().execute(() -> ran.add("a"));
    process.loop().execute(() -> ran.add("b"));
    runAll();
    assertEquals(List.of(), ran);
    process.thaw();
    runAll();
    assertEquals(List.of("a", "b"), ran);
  }

  @Test
  void aKilledProcessDoesNothingMore() {
    Process process = new Process(queue, new Rng(1), 10);
    process.loop().execute(() -> ran.add("a"));
    process.workers().execute(() -> ran.add("b"));
    process.kill();
    runAll();
    assertEquals(List.of(), ran);
  }
}
