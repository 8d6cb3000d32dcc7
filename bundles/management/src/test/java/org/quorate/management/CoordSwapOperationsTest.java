package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.quorate.coordinator.swap.CoordinatorSwaps;
import org.quorate.coordinator.swap.SwapPhase;
import org.quorate.coordinator.swap.SwapPlan;
import org.quorate.coordinator.swap.SwapRecord;
import org.quorate.spi.coordination.Capability;
import org.quorate.spi.coordination.Coordinator;

/** What who asks for a swap is told, by what is recorded of swaps. */
class CoordSwapOperationsTest implements CoordinatorSwaps, CoordinatorServices {
  private final Deque<SwapRecord> records = new ArrayDeque<>();
  private int begun;

  private static SwapRecord record(long number, SwapPhase phase) {
    return new SwapRecord(number, phase, "a", "b", 1, 2, true, 0, 0, "", "me", 0, List.of(), 0);
  }

  /** The records that are read, one after the other. */
  private Object swap(List<SwapRecord> read, String... more) throws Exception {
    records.clear();
    records.addAll(read);
    Map<String, Object> all = new HashMap<>(Map.of("coordinator", "a", "to", "b"));
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    ManagedNode node = new ManagedNode(null, null, () -> {}, this);
    return OperationTable.invoke(Operations.table().get("coord.swap"), node, all)
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  private Failure refused(List<SwapRecord> read, String... more) {
    return OperationException.of(assertThrows(ExecutionException.class, () -> swap(read, more)));
  }

  private static SwapRecord over() {
    return record(2, SwapPhase.ABORTED);
  }

  @Test
  void oneIsUnderWay() {
    Failure failure = refused(List.of(record(2, SwapPhase.WARMING)));
    assertEquals(FailureCode.CONFLICT, failure.code());
    assertTrue(failure.message().contains("swap 2 of 'a' to 'b' is under way"), failure.message());
    assertTrue(failure.next().contains("coord swaps"), failure.next());
    assertEquals(0, begun);
  }

  @Test
  void whatItWouldFindIsShownAlsoWhatIsLost() throws Exception {
    CoordSwapView plan = (CoordSwapView) swap(List.of(over()), "dryRun", "true");
    assertEquals(List.of("OLD_REVISIONS"), plan.lost());
    assertEquals(FailureCode.UNSUPPORTED, refused(List.of(over())).code());
    assertEquals(0, begun);
  }

  @Test
  void whoWaitsIsToldOfItsOwnSwap() throws Exception {
    String[] waits = {"acceptLoss", "true", "wait", "true"};
    SwapRecord done = record(3, SwapPhase.RETIRED);
    CoordSwapView told =
        (CoordSwapView) swap(List.of(over(), record(3, SwapPhase.SEALED), done), waits);
    assertEquals("3 retired", told.id() + " " + told.phase());
    Failure failure = refused(List.of(over(), record(4, SwapPhase.RETIRED)), waits);
    assertEquals(FailureCode.INDETERMINATE, failure.code());
    assertTrue(failure.message().startsWith("swap 3 is over"), failure.message());
    failure = refused(List.of(over(), record(3, SwapPhase.ABORTED)), waits);
    assertEquals(FailureCode.UNAVAILABLE, failure.code());
    assertEquals(3, begun);
  }

  @Override
  public CompletionStage<SwapPlan> plan(String coordinator, String to) {
    Set<Capability> lost = Set.of(Capability.OLD_REVISIONS);
    return CompletableFuture.completedStage(
        new SwapPlan("a", "b", Set.of("n1"), 1, 0, 0, lost, List.of()));
  }

  @Override
  public CompletionStage<SwapRecord> swap(
      String coordinator, String to, boolean acceptLoss, String by) {
    begun++;
    return CompletableFuture.completedStage(record(3, SwapPhase.PLANNED));
  }

  @Override
  public CompletionStage<SwapRecord> last(String coordinator) {
    return CompletableFuture.completedStage(records.remove());
  }

  @Override
  public List<String> names() {
    return List.of("a");
  }

  @Override
  public String serving(String coordinator) {
    return "a";
  }

  @Override
  public List<CoordinatorView> list() {
    return List.of();
  }

  @Override
  public <T> CompletionStage<T> with(
      String name, Function<Coordinator, CompletionStage<T>> request) {
    throw new AssertionError(name);
  }

  @Override
  public CoordinatorSwaps swaps() {
    return this;
  }
}
