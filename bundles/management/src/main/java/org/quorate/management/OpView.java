package org.quorate.management;

import java.util.List;
import java.util.Locale;

/**
 * An operation of all nodes of a service.
 *
 * @param phase prepare, execute, complete, ended; unreadable: the reason says what to do
 * @param decision empty until it is decided
 * @param seconds since it began, by the clocks of who began it and this node; 0 if that is not known
 * @param awaited who has not answered in this phase
 */
public record OpView(
    long id,
    String kind,
    String name,
    String phase,
    String decision,
    String initiator,
    String driver,
    long seconds,
    List<String> awaited,
    String reason) {
  static OpView of(org.quorate.spi.operations.Operation o) {
    return new OpView(
        o.id(),
        o.spec().kind(),
        o.spec().name(),
        lower(o.phase()),
        o.decision() == null ? "" : lower(o.decision()),
        o.initiator(),
        o.driver(),
        o.startedAtMs() == 0
            ? 0
            : Math.max(0, (System.currentTimeMillis() - o.startedAtMs()) / 1000),
        o.awaited(),
        o.reason());
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
