package org.quorate.core.replica;

import java.util.List;
import org.quorate.spi.config.Parameter;

/** Limits of a replica. */
public final class ReplicaParameters {
  public static final Parameter PROPOSE_TIMEOUT_MS =
      Parameter.number(
          "propose.timeout.ms",
          "ms",
          10_000,
          10,
          600_000,
          "A proposal or read without outcome for so long is answered Indeterminate.");
  public static final Parameter PENDING_MAX =
      Parameter.number(
          "pending.max",
          "count",
          65_536,
          1,
          1 << 20,
          "Proposals and reads of one replica under way at once; more are Overloaded.");
  public static final Parameter COMMAND_MAX_BYTES =
      Parameter.number(
          "command.max.bytes",
          "bytes",
          3 << 20,
          1024,
          64 << 20,
          "Largest command; a larger one is Rejected as TOO_LARGE.");
  public static final Parameter CHECKPOINT_BYTES =
      Parameter.number(
          "checkpoint.bytes",
          "bytes",
          32 << 20,
          1024,
          1L << 30,
          "Changes held in memory before they are checkpointed to the state storage.");
  public static final Parameter CHECKPOINT_MS =
      Parameter.number(
          "checkpoint.ms",
          "ms",
          60_000,
          10,
          3_600_000,
          "Longest time a change stays out of the state storage.");
  public static final Parameter BACKLOG_MAX_BYTES =
      Parameter.number(
          "checkpoint.backlog.max.bytes",
          "bytes",
          192 << 20,
          1024,
          4L << 30,
          "Changes in memory at which proposals are Overloaded until a checkpoint ends.");
  public static final Parameter SNAPSHOT_CHUNK_BYTES =
      Parameter.number(
          "snapshot.chunk.bytes",
          "bytes",
          256 << 10,
          64,
          4 << 20,
          "Size of a piece of a snapshot on the wire.");
  public static final Parameter SNAPSHOT_RATE_BYTES =
      Parameter.number(
          "snapshot.rate.bytes",
          "bytes/s",
          64 << 20,
          64 << 10,
          4L << 30,
          "What a replica writes and sends of snapshots in a second; while clients wait for it, it"
              + " sends a quarter of that.");
  public static final Parameter SNAPSHOT_DONORS =
      Parameter.number(
          "snapshot.donors",
          "count",
          2,
          1,
          7,
          "Replicas that give one snapshot together, where the strategy names several: each sends"
              + " pieces of it.");
  public static final Parameter TIME_STEP_MS =
      Parameter.number(
          "time.step.ms",
          "ms",
          250,
          10,
          10_000,
          "How often ordered time moves on while sessions are open.");
  public static final Parameter STATE_CHECK_MS =
      Parameter.number(
          "state.check.ms",
          "ms",
          10_000,
          100,
          3_600_000,
          "How often replicas compare the hashes of their states while versions are added.");

  public static final Parameter APPLY_THREADS =
      Parameter.number(
          "apply.threads",
          "count",
          1,
          1,
          64,
          "Workers that work out costly commands beside each other; 1: all on the group's loop.");
  public static final Parameter APPLY_COSTLY_BYTES =
      Parameter.number(
          "apply.costly.bytes",
          "bytes",
          32 << 10,
          1,
          64 << 20,
          "Size from which a command is costly; a walk over a range counts as 64 KiB.");
  public static final Parameter SWAP_PROBES =
      Parameter.number(
          "swap.probes",
          "count",
          256,
          0,
          100_000,
          "Records that each member which may propose has the new link of a swap decide, two at a"
              + " time, before the old one is sealed: so its code is compiled when clients come.");

  private ReplicaParameters() {}

  /** All of them, for the registry. */
  public static List<Parameter> all() {
    return List.of(
        PROPOSE_TIMEOUT_MS,
        PENDING_MAX,
        COMMAND_MAX_BYTES,
        CHECKPOINT_BYTES,
        CHECKPOINT_MS,
        BACKLOG_MAX_BYTES,
        SNAPSHOT_CHUNK_BYTES,
        SNAPSHOT_RATE_BYTES,
        SNAPSHOT_DONORS,
        TIME_STEP_MS,
        STATE_CHECK_MS,
        APPLY_THREADS,
        APPLY_COSTLY_BYTES,
        SWAP_PROBES);
  }
}
