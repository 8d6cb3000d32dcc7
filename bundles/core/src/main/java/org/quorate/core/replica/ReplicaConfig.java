package org.quorate.core.replica;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.core.log.Fork;
import org.quorate.core.log.SavedLog;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.Membership;

/**
 * What a group was created with, equal on all its members: the genesis of its history.
 *
 * @param historyId random identity of the history
 * @param storage name of the state storage
 * @param genesis with whom the group began, or the history after the last fork
 * @param lineage the forks that led to the history, the oldest first; empty for most groups
 */
public record ReplicaConfig(
    GroupId group,
    long historyId,
    String strategy,
    String storage,
    Membership genesis,
    Options options,
    List<Fork> lineage) {
  private static final int FORMAT = 1;

  /** With the lineage at the end; only written if there is one. */
  private static final int FORKED_FORMAT = 2;

  public ReplicaConfig {
    lineage = List.copyOf(lineage);
  }

  /** Of a group that was never forked. */
  public ReplicaConfig(
      GroupId group,
      long historyId,
      String strategy,
      String storage,
      Membership genesis,
      Options options) {
    this(group, historyId, strategy, storage, genesis, options, List.of());
  }

  /** The same with other options. */
  public ReplicaConfig with(Options other) {
    return new ReplicaConfig(group, historyId, strategy, storage, genesis, other, lineage);
  }

  /** Of the same group after its last fork. */
  public ReplicaConfig forked(long history, List<Fork> to) {
    Fork last = to.get(to.size() - 1);
    Membership alone = new Membership(last.members().version() + 1, List.of(last.founder()));
    return new ReplicaConfig(group, history, strategy, storage, alone, options, to);
  }

  /** What it is if the state has been forked since: the fork counts as soon as the state has it. */
  ReplicaConfig adopt(SavedLog saved) {
    boolean forked =
        historyId != saved.historyId() && Fork.from(historyId, saved.lineage()) != null;
    return forked ? forked(saved.historyId(), saved.lineage()) : this;
  }

  /** Why this replica and one of another history have nothing to say to each other. */
  public String describe(ReplicaConfig other) {
    return Fork.describe(historyId, lineage, other.historyId, other.lineage);
  }

  public Bytes encode() {
    Encoder out = new Encoder();
    out.u8(lineage.isEmpty() ? FORMAT : FORKED_FORMAT)
        .text(group.name())
        .i64(historyId)
        .text(strategy)
        .text(storage);
    genesis.encode(out);
    Map<String, String> sorted = new TreeMap<>(options.values());
    out.list(sorted.entrySet(), (e, o) -> e.text(o.getKey()).text(o.getValue()));
    if (!lineage.isEmpty()) {
      out.list(lineage, (e, f) -> f.encode(e));
    }
    return out.take();
  }

  /** Throws MalformedException, also for a format of a newer version. */
  public static ReplicaConfig decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int format = in.u8();
    if (format != FORMAT && format != FORKED_FORMAT) {
      throw new MalformedException(
          "group manifest of format " + format + ", this version reads up to " + FORKED_FORMAT, 0);
    }
    GroupId group = GroupId.of(in.text());
    long historyId = in.i64();
    String strategy = in.text();
    String storage = in.text();
    Membership genesis = Membership.decode(in);
    Map<String, String> options = new TreeMap<>();
    for (int i = in.count(); i > 0; i--) {
      options.put(in.text(), in.text());
    }
    List<Fork> lineage = format == FORKED_FORMAT ? in.list(Fork::decode) : List.of();
    in.end();
    return new ReplicaConfig(
        group, historyId, strategy, storage, genesis, new Options(options), lineage);
  }
}
