package org.quorate.scenarios.failover;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.scenarios.Run;
import org.quorate.simulator.client.Scene;

/** Who had which operation under which number, held against what the registry promises. */
final class Ledger {
  private static final class Entry {
    final int parts;
    final Map<Long, Run> holders = new HashMap<>();
    long highest;
    boolean content;

    Entry(int parts) {
      this.parts = parts;
    }
  }

  private final Scene scene;
  private final Map<Long, Entry> entries = new TreeMap<>();

  Ledger(Scene scene) {
    this.scene = scene;
  }

  /**
   * A process is told that an operation is its own.
   *
   * @param parts how many the operation has on each shard
   */
  void has(long id, long token, int parts, Run run) {
    Entry entry = entries.computeIfAbsent(id, i -> new Entry(parts));
    Run other = entry.holders.putIfAbsent(token, run);
    if (other != null && other != run) {
      scene.broken("ANumberIsGivenToOne", "record " + id + ", number " + token);
    }
    entry.highest = Math.max(entry.highest, token);
  }

  /** The highest number that a process was told to have it by. */
  long highest(long id) {
    return entries.get(id).highest;
  }

  /**
   * A step was noted in the record.
   *
   * @param highest the number when it was asked for
   */
  void stepped(long id, long token, long highest) {
    if (highest > token) {
      scene.broken(
          "OnlyTheHighestNumberWorks",
          "record " + id + ": a step of " + token + " was noted, others had it by " + highest);
    }
  }

  /** It is known what is to be done: now it has to be. */
  void contentSet(long id) {
    entries.get(id).content = true;
  }

  /** Nothing is under way any more. */
  void judge(Shards shards) {
    entries.forEach(
        (id, entry) -> {
          boolean begun = entry.content || shards.touched().contains(id);
          if (begun && !shards.complete(id, entry.parts)) {
            scene.broken(
                "AllShardsOrNone",
                "record " + id + " of " + entry.parts + " parts is gone: " + shards);
          }
        });
    for (long id : shards.touched()) {
      if (!entries.containsKey(id)) {
        scene.broken("NoEffectWithoutRecord", "record " + id);
      }
    }
  }
}
