package org.quorate.raft;

import java.util.List;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;

/**
 * What can be set of a Raft group; each component is described at its parameter below.
 *
 * @param heartbeatMs never more than a third of {@code electionMs}, whatever was set
 */
record RaftOptions(
    long heartbeatMs,
    long electionMs,
    long diskStallMs,
    long batchBytes,
    long inflightBytes,
    int inflightCount,
    long uncommittedBytes,
    long retainBytes,
    int maxEntryBytes,
    int maxReads) {
  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;

  static final Parameter HEARTBEAT_MS =
      Parameter.number(
          "raft.heartbeat.ms",
          "ms",
          150,
          5,
          10_000,
          "How often a leader shows that it is there, half as often while the group is idle; at"
              + " most a third of raft.election.ms is used.");
  static final Parameter ELECTION_MS =
      Parameter.number(
          "raft.election.ms",
          "ms",
          1000,
          20,
          60_000,
          "Silence of the leader before an election; each node waits a random one to two of these."
              + " Also how long a leader goes on without hearing from a quorum.");
  static final Parameter DISK_STALL_MS =
      Parameter.number(
          "raft.disk.stall.ms",
          "ms",
          3000,
          100,
          600_000,
          "A leader whose disk has finished no write for this long gives leadership up.");
  static final Parameter BATCH_BYTES =
      Parameter.number(
          "raft.batch.bytes",
          "bytes",
          512 * KIB,
          KIB,
          16 * MIB,
          "Most record bytes in one replication message; a larger record travels alone.");
  static final Parameter INFLIGHT_BYTES =
      Parameter.number(
          "raft.inflight.bytes",
          "bytes",
          8 * MIB,
          KIB,
          1024 * MIB,
          "Most record bytes on the way to one peer without an answer.");
  static final Parameter INFLIGHT_COUNT =
      Parameter.number(
          "raft.inflight.count",
          "count",
          256,
          1,
          65_536,
          "Most replication messages on the way to one peer without an answer.");
  static final Parameter UNCOMMITTED_BYTES =
      Parameter.number(
          "raft.uncommitted.bytes",
          "bytes",
          64 * MIB,
          KIB,
          4096 * MIB,
          "Record bytes a leader accepts beyond what is committed; more is refused as busy.");
  static final Parameter RETAIN_BYTES =
      Parameter.number(
          "raft.log.retain.bytes",
          "bytes",
          16 * MIB,
          0,
          4096 * MIB,
          "Record bytes kept below the checkpoint for peers that are behind; who is further behind"
              + " gets a snapshot.");
  static final Parameter ENTRY_MAX_BYTES =
      Parameter.number(
          "raft.entry.max.bytes", "bytes", 4 * MIB, 64, 16 * MIB, "Largest payload of an entry.");
  static final Parameter READS_COUNT =
      Parameter.number(
          "raft.reads.count",
          "count",
          100_000,
          1,
          10_000_000,
          "Most linearizable reads that wait for the leader to confirm itself.");

  static final List<Parameter> PARAMETERS =
      List.of(
          HEARTBEAT_MS,
          ELECTION_MS,
          DISK_STALL_MS,
          BATCH_BYTES,
          INFLIGHT_BYTES,
          INFLIGHT_COUNT,
          UNCOMMITTED_BYTES,
          RETAIN_BYTES,
          ENTRY_MAX_BYTES,
          READS_COUNT);

  /** Three of them fit into an election timeout, whatever was set. */
  long idleHeartbeatMs() {
    return Math.min(2 * heartbeatMs, electionMs / 3);
  }

  static RaftOptions of(Options options) {
    long election = options.number(ELECTION_MS);
    return new RaftOptions(
        Math.max(1, Math.min(options.number(HEARTBEAT_MS), election / 3)),
        election,
        options.number(DISK_STALL_MS),
        options.number(BATCH_BYTES),
        options.number(INFLIGHT_BYTES),
        (int) options.number(INFLIGHT_COUNT),
        options.number(UNCOMMITTED_BYTES),
        options.number(RETAIN_BYTES),
        (int) options.number(ENTRY_MAX_BYTES),
        (int) options.number(READS_COUNT));
  }
}
