package org.quorate.operations;

import java.util.List;
import java.util.Map;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;
import org.quorate.spi.operations.OperationException;

/** Settings of cluster operations; the same on all nodes of a service. */
public final class OperationParameters {
  public static final Parameter HEARTBEAT_MS =
      Parameter.number("op.hb.ms", "ms", 1000, 100, 60_000, "How often a node renews its lease.")
          .perNode();
  public static final Parameter LEASE_MS =
      Parameter.number(
              "op.lease.ms",
              "ms",
              6000,
              1000,
              600_000,
              "A node that has not renewed its lease for so long is offline; at least three"
                  + " heartbeats. It is told so itself after 80% of it.")
          .perNode();

  private OperationParameters() {}

  /** All of them. */
  public static List<Parameter> all() {
    return List.of(HEARTBEAT_MS, LEASE_MS);
  }

  /**
   * What texts say.
   *
   * @throws OperationException INVALID for a name that is none, or a value that is out of range
   */
  public static Settings settings(Map<String, String> values) {
    return settings(Options.numbers(all(), values, OperationParameters::invalid));
  }

  private static OperationException invalid(String message) {
    return new OperationException(OperationException.Code.INVALID, message);
  }

  /** What options say. */
  public static Settings settings(Options options) {
    return new Settings(options.number(HEARTBEAT_MS), options.number(LEASE_MS));
  }
}
