package org.quorate.management;

import java.time.Instant;
import java.util.List;
import org.quorate.coordinator.swap.SwapPlan;
import org.quorate.coordinator.swap.SwapRecord;

/**
 * A swap of a coordinator's provider: what it would find, or how far it is.
 *
 * @param coordinator as bundles name it
 * @param id the swap's number, null for a plan only
 * @param phase planned, warming, sealed, taken, switched, retired, aborting or aborted
 * @param serving the place that serves
 * @param why it was given up, or null
 * @param askedBy who asked for it, null for a plan
 * @param askedAt when, by that node's clock
 * @param nodes that go along, for a plan
 * @param keys that would move, null for other than a plan; {@code sessions} and {@code locks} likewise
 * @param lost capabilities that the target lacks, for a plan
 */
public record CoordSwapView(
    String coordinator,
    Long id,
    String from,
    String to,
    String phase,
    String serving,
    String why,
    String askedBy,
    String askedAt,
    List<String> nodes,
    Integer keys,
    Integer sessions,
    Integer locks,
    List<String> lost) {
  static CoordSwapView of(String coordinator, SwapRecord r) {
    return new CoordSwapView(
        coordinator,
        r.number(),
        r.from(),
        r.to(),
        r.phase().name().toLowerCase(java.util.Locale.ROOT),
        r.serving(),
        r.why().isEmpty() ? null : r.why(),
        r.by(),
        Instant.ofEpochMilli(r.atMs()).toString(),
        List.of(),
        null,
        null,
        null,
        List.of());
  }

  static CoordSwapView of(String coordinator, SwapPlan p) {
    return new CoordSwapView(
        coordinator,
        null,
        p.from(),
        p.to(),
        "planned",
        p.from(),
        null,
        null,
        null,
        List.copyOf(p.nodes()),
        p.keys(),
        p.sessions(),
        p.locks(),
        p.lost().stream().map(Enum::name).toList());
  }
}
