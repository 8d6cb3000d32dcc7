package org.quorate.certify;

import java.util.List;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;

/**
 * What can be set of a group; each component is described at its parameter below.
 *
 * @param heartbeatMs never more than a third of {@code suspectMs}, whatever was set
 */
record CertifyOptions(
    long heartbeatMs,
    long suspectMs,
    long batchBytes,
    int inflightCount,
    long pendingBytes,
    long poolBytes,
    long lagSlots,
    long removeDeadMs,
    long retainBytes,
    long retainMs,
    int maxEntryBytes,
    int maxReads,
    List<String> donors) {
  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;

  static final Parameter HEARTBEAT_MS =
      Parameter.number(
          "certify.heartbeat.ms",
          "ms",
          100,
          5,
          10_000,
          "How often a sequencer shows that it is there; at most a third of certify.suspect.ms is"
              + " used.");
  static final Parameter SUSPECT_MS =
      Parameter.number(
          "certify.suspect.ms",
          "ms",
          300,
          15,
          60_000,
          "Silence of the sequencer before a new view is proposed; each member waits a random one"
              + " to two of these. After two of them without a sequencer that has a quorum a member"
              + " is not in the primary component.");
  static final Parameter BATCH_BYTES =
      Parameter.number(
          "certify.batch.bytes",
          "bytes",
          512 * KIB,
          KIB,
          16 * MIB,
          "Most payload bytes in one message; a larger payload travels alone.");
  static final Parameter INFLIGHT_COUNT =
      Parameter.number(
          "certify.inflight.count",
          "count",
          16_384,
          16,
          1_048_576,
          "Most slots on the way to one member without an answer.");
  static final Parameter PENDING_BYTES =
      Parameter.number(
          "certify.pending.bytes",
          "bytes",
          64 * MIB,
          KIB,
          4096 * MIB,
          "Payload bytes a member has submitted and not seen delivered; more is refused as busy.");
  static final Parameter POOL_BYTES =
      Parameter.number(
          "certify.pool.bytes",
          "bytes",
          128 * MIB,
          KIB,
          4096 * MIB,
          "Payload bytes of other members that wait in memory for their order; more is dropped and"
              + " fetched when it is ordered.");
  static final Parameter LAG_SLOTS =
      Parameter.number(
          "certify.lag.slots",
          "count",
          100_000,
          64,
          100_000_000,
          "Slots that a member may be behind before it is set aside as lagging. The nearer the"
              + " slowest member comes to it, the less every member may have under way.");
  static final Parameter REMOVE_DEAD_MS =
      Parameter.number(
          "certify.remove.dead.ms",
          "ms",
          0,
          0,
          86_400_000,
          "A voting member that was silent for so long is removed from the group; 0: never. The"
              + " rest then needs a majority of what is left.");
  static final Parameter RETAIN_BYTES =
      Parameter.number(
          "certify.log.retain.bytes",
          "bytes",
          16 * MIB,
          0,
          4096 * MIB,
          "Log bytes kept below the checkpoint for members that are behind; who is further behind"
              + " gets a snapshot.");
  static final Parameter RETAIN_MS =
      Parameter.number(
          "certify.log.retain.ms",
          "ms",
          0,
          0,
          2_592_000_000L,
          "Age up to which log below the checkpoint is kept for members that are behind, within"
              + " certify.log.retain.bytes; 0: any. It counts anew from a restart.");
  static final Parameter ENTRY_MAX_BYTES =
      Parameter.number(
          "certify.entry.max.bytes", "bytes", 4 * MIB, 64, 16 * MIB, "Largest payload of a slot.");
  static final Parameter READS_COUNT =
      Parameter.number(
          "certify.reads.count",
          "count",
          100_000,
          1,
          10_000_000,
          "Most linearizable reads that wait for a quorum to tell where the log ends.");

  static final Parameter DONORS =
      new Parameter(
          "certify.donors",
          Parameter.Type.TEXT,
          "",
          "",
          0,
          0,
          List.of(),
          Parameter.Scope.GROUP,
          false,
          "Names of nodes that give snapshots to members that are behind the log, the most wanted"
              + " first, with commas between; the others follow, the sequencer last.");

  static final List<Parameter> PARAMETERS =
      List.of(
          HEARTBEAT_MS,
          SUSPECT_MS,
          BATCH_BYTES,
          INFLIGHT_COUNT,
          PENDING_BYTES,
          POOL_BYTES,
          LAG_SLOTS,
          REMOVE_DEAD_MS,
          RETAIN_BYTES,
          RETAIN_MS,
          ENTRY_MAX_BYTES,
          READS_COUNT,
          DONORS);

  static CertifyOptions of(Options options) {
    long suspect = options.number(SUSPECT_MS);
    return new CertifyOptions(
        Math.max(1, Math.min(options.number(HEARTBEAT_MS), suspect / 3)),
        suspect,
        options.number(BATCH_BYTES),
        (int) options.number(INFLIGHT_COUNT),
        options.number(PENDING_BYTES),
        options.number(POOL_BYTES),
        options.number(LAG_SLOTS),
        options.number(REMOVE_DEAD_MS),
        options.number(RETAIN_BYTES),
        options.number(RETAIN_MS),
        (int) options.number(ENTRY_MAX_BYTES),
        (int) options.number(READS_COUNT),
        List.of(options.text(DONORS).trim().split("\\s*,\\s*")));
  }
}
