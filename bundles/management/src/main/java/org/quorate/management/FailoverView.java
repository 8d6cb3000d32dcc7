package org.quorate.management;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.spi.failover.FailoverRecord;

/**
 * An operation that was begun and has not ended.
 *
 * @param commitId unsigned
 * @param originalNode the address of who began it
 * @param takeoverNode of who was told last to take it over, null if nobody was
 * @param phase origin, waiting, notified, running, failed, parked
 * @param why what the last one said that could not take it over
 * @param status by shard
 */
public record FailoverView(
    String commitId,
    String database,
    String table,
    String scn,
    String type,
    String createTime,
    int state,
    String originalNode,
    String takeoverNode,
    long takeoverNumber,
    String phase,
    String why,
    List<String> locks,
    Map<String, String> status) {
  static FailoverView of(FailoverRecord r) {
    FailoverRecord.Takeover t = r.takeover();
    Map<String, String> status = new TreeMap<>();
    r.status().forEach((shard, how) -> status.put(shard, how.name().toLowerCase(Locale.ROOT)));
    return new FailoverView(
        Long.toUnsignedString(r.id()),
        r.database(),
        r.table(),
        Long.toUnsignedString(r.scn()),
        r.type(),
        Instant.ofEpochMilli(r.createdAtMs()).toString(),
        r.state(),
        r.origin().address(),
        t.node() == null ? null : t.node().address(),
        t.number(),
        t.phase().name().toLowerCase(Locale.ROOT),
        t.why().isEmpty() ? null : t.why(),
        r.locks(),
        status);
  }
}
