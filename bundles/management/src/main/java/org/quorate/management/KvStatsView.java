package org.quorate.management;

import org.quorate.api.kv.KvResult;

/**
 * What a replica of the key-value state machine holds.
 *
 * @param hash of the logical content, hexadecimal; equal on all replicas at the same revision
 */
public record KvStatsView(
    long revision, long compacted, long keys, String hash, long historyBytes) {
  static KvStatsView of(KvResult.StatsDone r) {
    return new KvStatsView(
        r.revision(), r.compacted(), r.keys(), Long.toHexString(r.hash()), r.historyBytes());
  }
}
