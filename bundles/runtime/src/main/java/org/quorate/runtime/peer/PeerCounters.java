package org.quorate.runtime.peer;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** Totals since the start; from any thread. */
public final class PeerCounters {
  final LongAdder malformed = new LongAdder();
  final LongAdder refusedIn = new LongAdder();
  final LongAdder refusedOut = new LongAdder();
  final LongAdder dropped = new LongAdder();
  final LongAdder framesIn = new LongAdder();
  final LongAdder framesOut = new LongAdder();
  final LongAdder idleClosed = new LongAdder();
  final LongAdder busyOut = new LongAdder();
  final LongAdder busyIn = new LongAdder();

  /** By name, for status and metrics. */
  public Map<String, Long> all() {
    Map<String, Long> all = new TreeMap<>();
    all.put("peer.malformed", malformed.sum());
    all.put("peer.refused.in", refusedIn.sum());
    all.put("peer.refused.out", refusedOut.sum());
    all.put("peer.dropped", dropped.sum());
    all.put("peer.frames.in", framesIn.sum());
    all.put("peer.frames.out", framesOut.sum());
    all.put("peer.idle.closed", idleClosed.sum());
    all.put("peer.busy.out", busyOut.sum());
    all.put("peer.busy.in", busyIn.sum());
    return all;
  }
}
