package org.quorate.failover;

import java.util.List;
import java.util.Map;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;
import org.quorate.spi.failover.FailoverException;

/** Settings of the registry; the same on all nodes of it. */
public final class FailoverParameters {
  public static final Parameter HEARTBEAT_MS =
      number("fo.hb.ms", "ms", 1000, 100, 60_000, "How often a node renews its lease.");
  public static final Parameter LEASE_MS =
      number(
          "fo.lease.ms",
          "ms",
          6000,
          1000,
          600_000,
          "A node that has not renewed its lease for so long has failed; at least three heartbeats."
              + " It stops its own work after 80% of it.");
  public static final Parameter PARALLEL =
      number("fo.takeover.parallel", "count", 4, 1, 64, "Most takeovers of one node at once.");
  public static final Parameter ACK_MS =
      number(
          "fo.takeover.ack.ms",
          "ms",
          5000,
          100,
          600_000,
          "A takeover that its node has not begun for so long is given to another.");
  public static final Parameter MAX =
      number(
          "fo.takeover.max",
          "count",
          10,
          1,
          1_000_000,
          "Takeovers of one record after which it is parked.");
  public static final Parameter BACKOFF_MS =
      number(
          "fo.takeover.backoff.ms",
          "ms",
          1000,
          10,
          60_000,
          "Wait after the first failure of a takeover; doubled with each, up to a minute.");
  public static final Parameter STUCK_S =
      number(
          "fo.stuck.after.s",
          "s",
          300,
          1,
          86_400,
          "A record that nobody has moved on for so long is told as FO_STUCK.");
  public static final Parameter IDLE_S =
      number(
          "fo.takeover.idle.s",
          "s",
          900,
          1,
          86_400,
          "A takeover that has noted nothing in its record for so long is given to another node.");

  private FailoverParameters() {}

  private static Parameter number(
      String name, String unit, long fallback, long min, long max, String description) {
    return Parameter.number(name, unit, fallback, min, max, description).perNode();
  }

  /** All of them. */
  public static List<Parameter> all() {
    return List.of(HEARTBEAT_MS, LEASE_MS, PARALLEL, ACK_MS, MAX, BACKOFF_MS, STUCK_S, IDLE_S);
  }

  /**
   * What texts say.
   *
   * @throws FailoverException INVALID for a name that is none, or a value that is out of range
   */
  public static Settings settings(Map<String, String> values) {
    return settings(Options.numbers(all(), values, FailoverParameters::invalid));
  }

  private static FailoverException invalid(String message) {
    return new FailoverException(FailoverException.Code.INVALID, message);
  }

  /** What options say. */
  public static Settings settings(Options options) {
    return new Settings(
        options.number(HEARTBEAT_MS),
        options.number(LEASE_MS),
        (int) options.number(PARALLEL),
        options.number(ACK_MS),
        (int) options.number(MAX),
        options.number(BACKOFF_MS),
        options.number(STUCK_S) * 1000,
        options.number(IDLE_S) * 1000);
  }
}
