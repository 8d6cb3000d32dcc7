package org.quorate.management;

import java.time.Instant;
import java.util.List;
import org.quorate.runtime.api.SwapPlan;
import org.quorate.runtime.api.SwapStatus;

/**
 * A swap: what members say to it, or how far it is.
 *
 * @param id the swap's number, null for a plan only
 * @param phase planned, warming, warm, switched, done or aborted
 * @param why it was given up, or null
 * @param position of the seal, null while it is not sealed
 * @param warmMs from the plan to a target that decides, null if this node did not see it
 * @param pauseMs without a commit around the seal on this node, null if it did not see it
 * @param askedBy the node that was asked for it, null for a plan
 * @param askedAt when, by that node's clock
 * @param members those that can take part, for a plan
 */
public record SwapView(
    Long id,
    String from,
    String to,
    String phase,
    String why,
    Long position,
    Long warmMs,
    Long pauseMs,
    String askedBy,
    String askedAt,
    List<String> members) {
  static SwapView of(SwapStatus s) {
    return new SwapView(
        s.id(),
        s.from(),
        s.to(),
        s.phase(),
        s.why().isEmpty() ? null : s.why(),
        s.position() == 0 ? null : s.position(),
        s.warmMs() < 0 ? null : s.warmMs(),
        s.pauseMs() < 0 ? null : s.pauseMs(),
        s.askedBy().isEmpty() ? null : s.askedBy(),
        s.askedBy().isEmpty() ? null : Instant.ofEpochMilli(s.askedAtMs()).toString(),
        List.of());
  }

  static SwapView of(SwapPlan plan) {
    return new SwapView(
        null,
        plan.from(),
        plan.to(),
        "planned",
        null,
        null,
        null,
        null,
        null,
        null,
        plan.members().stream().map(m -> m.node().name()).toList());
  }
}
