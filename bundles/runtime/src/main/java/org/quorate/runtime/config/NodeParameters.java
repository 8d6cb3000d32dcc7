package org.quorate.runtime.config;

import java.util.List;
import org.quorate.spi.config.Parameter;

/** Limits and settings of a node. */
public final class NodeParameters {
  public static final Parameter TICK_MS =
      number("tick.ms", "ms", 25, 5, 100, "How often groups are told the time.");
  public static final Parameter WORKERS =
      number(
          "workers", "count", 4, 2, 64, "Threads for checkpoints, snapshots and lengthy queries.");
  public static final Parameter CHECKPOINT_MEMORY_PERCENT =
      number(
          "checkpoint.memory.percent",
          "% of the heap",
          30,
          5,
          80,
          "Heap for changes in memory, of all groups together: from half of it on the group that"
              + " holds most is checkpointed, at all of it proposals are Overloaded.");
  public static final Parameter BUSY_LIMIT_MS =
      number(
          "busy.limit.ms",
          "ms",
          3000,
          0,
          60_000,
          "How long a node tells its peers that a loop of its groups is busy and not dead; one that"
              + " works longer at one thing is suspected as if the node were silent.");
  public static final Parameter CLIENT_CONNECTIONS_MAX =
      number(
              "client.connections.max",
              "count",
              1024,
              1,
              65_536,
              "Client connections at once; more are closed.")
          .whileRunning();
  public static final Parameter CLIENT_OUTSTANDING_MAX =
      number(
              "client.outstanding.max",
              "count",
              8192,
              1,
              1 << 20,
              "Unanswered requests of one connection at which reading from it pauses.")
          .whileRunning();
  public static final Parameter CLIENT_PENDING_MAX_BYTES =
      number(
              "client.pending.max.bytes",
              "bytes",
              64 << 20,
              64 << 10,
              1 << 30,
              "Answers that a client does not take; beyond this its connection is closed.")
          .whileRunning();
  public static final Parameter CLIENT_WATCHES_MAX =
      number(
              "client.watches.max",
              "count",
              1024,
              1,
              1 << 20,
              "Watches of one connection; more are refused, and end as OVERLOADED.")
          .whileRunning();
  public static final Parameter CLIENT_IDLE_MS =
      number(
              "client.idle.ms",
              "ms",
              60_000,
              1000,
              86_400_000,
              "A client connection from which nothing comes for so long is closed.")
          .whileRunning();
  public static final Parameter CLIENT_STALL_MS =
      number(
              "client.stall.ms",
              "ms",
              30_000,
              1000,
              86_400_000,
              "A client connection that takes none of its answers for so long is closed.")
          .whileRunning();
  public static final Parameter HELLO_MS =
      number(
              "hello.ms",
              "ms",
              5000,
              100,
              600_000,
              "A new connection that has not said hello for so long is closed.")
          .whileRunning();
  public static final Parameter CREATE_TIMEOUT_MS =
      number(
              "create.timeout.ms",
              "ms",
              30_000,
              1000,
              3_600_000,
              "How long a bootstrap or the creation of a group tries to reach all members.")
          .whileRunning();
  public static final Parameter STOP_MS =
      number(
              "stop.ms",
              "ms",
              5000,
              0,
              600_000,
              "How long a clean stop waits for hand-over and checkpoints.")
          .whileRunning();

  public static final Parameter DEPLOY_TURN_MS =
      number(
              "deploy.turn.ms",
              "ms",
              60_000,
              1000,
              3_600_000,
              "How long a node may take to be back with a deployed assembly; the others give it up"
                  + " after twice as long.")
          .whileRunning();

  private NodeParameters() {}

  private static Parameter number(
      String name, String unit, long fallback, long min, long max, String description) {
    return Parameter.number(name, unit, fallback, min, max, description).perNode();
  }

  /** All of them. */
  public static List<Parameter> all() {
    return List.of(
        TICK_MS,
        WORKERS,
        CHECKPOINT_MEMORY_PERCENT,
        BUSY_LIMIT_MS,
        CLIENT_CONNECTIONS_MAX,
        CLIENT_OUTSTANDING_MAX,
        CLIENT_PENDING_MAX_BYTES,
        CLIENT_WATCHES_MAX,
        CLIENT_IDLE_MS,
        CLIENT_STALL_MS,
        HELLO_MS,
        CREATE_TIMEOUT_MS,
        STOP_MS,
        DEPLOY_TURN_MS);
  }
}
