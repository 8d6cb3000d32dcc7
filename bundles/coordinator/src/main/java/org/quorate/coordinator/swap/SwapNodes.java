package org.quorate.coordinator.swap;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.kit.ServiceLoop;

/** The nodes that use a coordinator, as who works on a swap waits for them. On the loop. */
final class SwapNodes {
  private static final long LOOK_MS = 1_000;

  private final SwapRecords records;
  private final ServiceLoop loop;
  private final BooleanSupplier over;

  /**
   * Makes it.
   *
   * @param over whether nobody waits any more
   */
  SwapNodes(SwapRecords records, ServiceLoop loop, BooleanSupplier over) {
    this.records = records;
    this.loop = loop;
    this.over = over;
  }

  /**
   * Completes when every node has acted upon a phase; fails with INVALID and the first objection of one,
   * and with UNAVAILABLE when the time is over.
   */
  CompletionStage<Void> await(SwapRecord record, SwapPhase phase, long waitMs) {
    CompletableFuture<Void> all = new CompletableFuture<>();
    await(record, phase, loop.nowMs() + waitMs, all);
    return all;
  }

  private void await(
      SwapRecord record, SwapPhase phase, long untilMs, CompletableFuture<Void> all) {
    loop.then(
        records.nodes(),
        (nodes, problem) -> {
          if (problem != null) {
            all.completeExceptionally(Routing.cause(problem));
            return;
          }
          List<String> awaited = new ArrayList<>();
          for (Map.Entry<String, SwapRecords.Acted> node : nodes.acted().entrySet()) {
            SwapRecords.Acted acted = node.getValue();
            if (acted.number() == record.number() && !acted.objection().isEmpty()) {
              all.completeExceptionally(
                  new CoordinationException(
                      Code.INVALID, node.getKey() + ": " + acted.objection()));
              return;
            } else if (!acted.hasReached(record, phase)) {
              awaited.add(node.getKey());
            }
          }
          if (awaited.isEmpty()) {
            all.complete(null);
          } else if (loop.nowMs() >= untilMs || over.getAsBoolean()) {
            all.completeExceptionally(
                new CoordinationException(
                    Code.UNAVAILABLE, "nodes " + awaited + " have not come to " + phase));
          } else {
            loop.then(
                records.nodesChanged(nodes.revision(), LOOK_MS),
                (changed, unknown) -> await(record, phase, untilMs, all));
          }
        });
  }
}
