package org.quorate.spi.failover;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An operation that was begun and has not ended.
 *
 * @param id the commit id: unique in its registry, rising
 * @param scn the product's number of it
 * @param createdAtMs milliseconds since 1970 by the clock of who began it; only to be shown
 * @param state 0 begun, 1 locks added, 2 content set, 3 shard status set, 4 rebalance information set, 5
 *     rebalance status set
 * @param origin who began it
 * @param takeover who has it now, if not its origin
 * @param locks what it holds, in the order in which it got them
 * @param status by shard: {@code node1.n1}
 * @param rebalance null unless set
 * @param slices by how far each is copied, in order of node and suffix
 */
public record FailoverRecord(
    long id,
    String database,
    String table,
    long scn,
    String type,
    long createdAtMs,
    int state,
    Owner origin,
    Takeover takeover,
    List<String> locks,
    Map<String, ShardState> status,
    Rebalance rebalance,
    List<Slice> slices) {
  public FailoverRecord {
    locks = List.copyOf(locks);
    status = Collections.unmodifiableMap(new TreeMap<>(status));
    slices = List.copyOf(slices);
  }

  /**
   * A node, and which start of it.
   *
   * @param incarnation differs with every registration
   */
  public record Owner(String node, String address, long incarnation) {}

  /** Who works on it. */
  public enum Phase {
    /** Its origin, as long as that lives. */
    ORIGIN,
    /** Nobody: it waits for a node. */
    WAITING,
    /** A node was told to take it over and has not answered. */
    NOTIFIED,
    /** That node works on it. */
    RUNNING,
    /** That node could not do it: it waits until it is tried again. */
    FAILED,
    /** It was tried too often: it waits for an operator. */
    PARKED
  }

  /**
   * How it is taken over.
   *
   * @param node the last that was told to, null if none was
   * @param number how often one was told to: the fencing token of who has it
   * @param attempts the same since it was last retried by an operator
   * @param failures how often a node said that it could not, likewise
   * @param why what the last one said
   */
  public record Takeover(
      Owner node, long number, Phase phase, int attempts, int failures, String why) {
    /** By nobody yet. */
    public static final Takeover NONE = new Takeover(null, 0, Phase.ORIGIN, 0, 0, "");
  }

  /** What a rebalancing moves and where it stands. */
  public record Rebalance(long distributionId, long currentScn, long currentStep, String table) {
    public Rebalance {
      FailoverLimits.name("the intermediate table", table);
    }
  }

  /**
   * How far a slice is copied.
   *
   * @param rowId the row to go on from
   * @param blockId the block being copied, of so many {@code blocks}
   */
  public record Slice(String node, String suffix, long rowId, long blockId, long blocks) {
    public Slice {
      FailoverLimits.name("the node of a slice", node);
      FailoverLimits.name("the suffix of a slice", suffix);
    }

    boolean same(Slice other) {
      return node.equals(other.node) && suffix.equals(other.suffix);
    }
  }

  public FailoverRecord withState(int next) {
    return new FailoverRecord(
        id,
        database,
        table,
        scn,
        type,
        createdAtMs,
        next,
        origin,
        takeover,
        locks,
        status,
        rebalance,
        slices);
  }

  public FailoverRecord withTakeover(Takeover next) {
    return new FailoverRecord(
        id,
        database,
        table,
        scn,
        type,
        createdAtMs,
        state,
        origin,
        next,
        locks,
        status,
        rebalance,
        slices);
  }

  public FailoverRecord withLock(String lock) {
    List<String> more = new ArrayList<>(locks);
    more.add(lock);
    return withLocks(more);
  }

  public FailoverRecord withLocks(List<String> next) {
    return new FailoverRecord(
        id,
        database,
        table,
        scn,
        type,
        createdAtMs,
        state,
        origin,
        takeover,
        next,
        status,
        rebalance,
        slices);
  }

  public FailoverRecord withStatus(String shard, ShardState how) {
    Map<String, ShardState> next = new TreeMap<>(status);
    next.put(shard, how);
    return new FailoverRecord(
        id,
        database,
        table,
        scn,
        type,
        createdAtMs,
        state,
        origin,
        takeover,
        locks,
        next,
        rebalance,
        slices);
  }

  public FailoverRecord withRebalance(Rebalance next) {
    return new FailoverRecord(
        id,
        database,
        table,
        scn,
        type,
        createdAtMs,
        state,
        origin,
        takeover,
        locks,
        status,
        next,
        slices);
  }

  /** With a slice in place of the one of the same node and suffix, or added. */
  public FailoverRecord withSlice(Slice slice) {
    List<Slice> next = new ArrayList<>(slices);
    next.removeIf(slice::same);
    next.add(slice);
    next.sort(
        (a, b) -> {
          int byNode = a.node().compareTo(b.node());
          return byNode != 0 ? byNode : a.suffix().compareTo(b.suffix());
        });
    return new FailoverRecord(
        id,
        database,
        table,
        scn,
        type,
        createdAtMs,
        state,
        origin,
        takeover,
        locks,
        status,
        rebalance,
        next);
  }
}
