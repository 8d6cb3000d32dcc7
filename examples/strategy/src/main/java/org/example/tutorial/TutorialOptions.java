package org.example.tutorial;

import java.util.List;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;

/** What can be set of a group; each component is described at its parameter below. */
record TutorialOptions(
    long heartbeatMs, long electionMs, long batchBytes, long windowBytes, long retain) {
  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;

  static final Parameter HEARTBEAT_MS =
      Parameter.number(
          "tutorial.heartbeat.ms", "ms", 150, 5, 10_000, "How often a leader shows itself.");
  static final Parameter ELECTION_MS =
      Parameter.number(
          "tutorial.election.ms",
          "ms",
          1000,
          20,
          60_000,
          "Silence of the leader before another wants to lead; each node waits a random one to two"
              + " of these. Also how long a leader goes on without hearing from a quorum.");
  static final Parameter BATCH_BYTES =
      Parameter.number(
          "tutorial.batch.bytes",
          "bytes",
          512 * KIB,
          KIB,
          4 * MIB,
          "Most bytes in one message of values; a larger value travels alone.");
  static final Parameter WINDOW_BYTES =
      Parameter.number(
          "tutorial.window.bytes",
          "bytes",
          4 * MIB,
          KIB,
          8 * MIB,
          "Bytes a leader accepts beyond what is decided; more is refused as busy. Also the"
              + " largest value.");
  static final Parameter RETAIN_COUNT =
      Parameter.number(
          "tutorial.retain.count",
          "count",
          10_000,
          0,
          10_000_000,
          "Slots kept below the checkpoint for members that are behind; who is further behind gets"
              + " a snapshot.");

  static final List<Parameter> PARAMETERS =
      List.of(HEARTBEAT_MS, ELECTION_MS, BATCH_BYTES, WINDOW_BYTES, RETAIN_COUNT);

  /** Three heartbeats fit into an election timeout, whatever was set. */
  static TutorialOptions of(Options options) {
    long electionMs = options.number(ELECTION_MS);
    return new TutorialOptions(
        Math.max(1, Math.min(options.number(HEARTBEAT_MS), electionMs / 3)),
        electionMs,
        options.number(BATCH_BYTES),
        options.number(WINDOW_BYTES),
        options.number(RETAIN_COUNT));
  }
}
