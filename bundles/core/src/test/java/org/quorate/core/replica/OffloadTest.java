package org.quorate.core.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What becomes of work that is under way when a replica is closed. */
class OffloadTest {
  private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
  private final ArrayDeque<Runnable> workers = new ArrayDeque<>();
  private final List<String> seen = new ArrayList<>();
  private final Offload offload = new Offload(loop::add, workers::add);

  OffloadTest() {
    offload.released().thenRun(() -> seen.add("released"));
  }

  private void begin(Supplier<String> work) {
    offload.run(
        work,
        taken -> seen.add("took " + taken),
        why -> seen.add("failed: " + why.getMessage()),
        left -> seen.add("gave " + left + " back"));
  }

  @Test
  void aResultIsTakenOnTheLoop() {
    begin(() -> "it");
    workers.poll().run();
    assertEquals(List.of(), seen);
    loop.poll().run();
    assertEquals(List.of("took it"), seen);
    offload.close();
    assertEquals(List.of("took it", "released"), seen);
  }

  @Test
  void aResultThatNobodyTakesIsGivenBackBeforeItIsReleased() {
    begin(() -> "it");
    offload.close();
    workers.poll().run();
    loop.poll().run();
    assertEquals(List.of(), seen);
    workers.poll().run();
    assertEquals(List.of("gave it back", "released"), seen);
  }

  @Test
  void aResultThatCannotBeGivenBackHoldsNothingUp() {
    offload.run(
        () -> "it",
        taken -> {},
        why -> {},
        left -> {
          throw new IllegalStateException("no");
        });
    offload.close();
    workers.poll().run();
    loop.poll().run();
    assertThrows(IllegalStateException.class, workers.poll()::run);
    assertEquals(List.of("released"), seen);
  }

  @Test
  void workThatFailsIsWaitedForAndNotTold() {
    begin(
        () -> {
          throw new IllegalArgumentException("no");
        });
    offload.close();
    workers.poll().run();
    assertEquals(List.of(), seen);
    loop.poll().run();
    workers.poll().run();
    assertEquals(List.of("released"), seen);
  }

  @Test
  void anErrorOfTheMachineHoldsNothingUp() {
    begin(
        () -> {
          throw new StackOverflowError();
        });
    offload.close();
    assertThrows(StackOverflowError.class, workers.poll()::run);
    assertEquals(List.of("released"), seen);
  }

  @Test
  void nothingBeginsOnceItIsClosed() {
    offload.close();
    begin(() -> "it");
    assertEquals(0, workers.size());
    assertEquals(List.of("released"), seen);
  }
}
