package org.quorate.simulator.invariant;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.core.log.LogRecord;

/**
 * The group's one history, read from what its links decided, by the rules of the chain told a second
 * time: one plan at a time, the first of seal and abort counts, nothing behind a seal does.
 */
final class History {
  /** Takes the records in their order. */
  interface Reader {
    void record(long position, Bytes payload, LogRecord record);
  }

  private record Entry(long inner, Bytes payload) {}

  private static final class Link {
    private final List<Entry> decided = new ArrayList<>();
    private final TreeMap<Long, Long> positions = new TreeMap<>();
    private final long firstPosition;
    private long highest;
    private long successor = -1;
    private int read;

    Link(long firstPosition) {
      this.firstPosition = firstPosition;
    }
  }

  private final List<Reader> readers = new ArrayList<>();
  private final Map<Long, Link> links = new HashMap<>();
  private final Map<Long, List<Entry>> early = new HashMap<>();
  private Link active = new Link(1);
  private long epoch = 1;
  private long position;
  private long plan;
  private boolean retiring;

  History() {
    links.put(0L, active);
  }

  /** Who is given each record once. */
  void readBy(Reader reader) {
    readers.add(reader);
  }

  /** Takes in what was delivered; a second time changes nothing. */
  void add(Step step) {
    step.delivered().forEach(this::add);
  }

  private void add(Step.Delivered fact) {
    Entry entry = new Entry(fact.inner(), fact.payload());
    Link link = links.get(fact.planId());
    if (link == null) {
      List<Entry> waiting = early.computeIfAbsent(fact.planId(), p -> new ArrayList<>());
      if (waiting.isEmpty() || waiting.get(waiting.size() - 1).inner() < entry.inner()) {
        waiting.add(entry);
      }
    } else if (entry.inner() > link.highest) {
      link.highest = entry.inner();
      link.decided.add(entry);
      advance();
    }
  }

  private void advance() {
    while (active.read < active.decided.size()) {
      Entry next = active.decided.get(active.read++);
      active.positions.put(next.inner(), ++position);
      LogRecord record = LogRecord.decode(next.payload()).record();
      long at = position;
      readers.forEach(r -> r.record(at, next.payload(), record));
      swap(record);
    }
  }

  private void swap(LogRecord record) {
    if (record instanceof LogRecord.Prepare && plan == 0 && !retiring) {
      plan = position;
    } else if (record instanceof LogRecord.AbortPlan abort && abort.planId() == plan) {
      plan = 0;
    } else if (record instanceof LogRecord.Seal seal && seal.planId() == plan) {
      active.successor = plan;
      active = new Link(position + 1);
      links.put(plan, active);
      active.decided.addAll(early.getOrDefault(plan, List.of()));
      active.highest = active.decided.stream().mapToLong(Entry::inner).max().orElse(0);
      plan = 0;
      retiring = true;
      epoch++;
    } else if (record instanceof LogRecord.Retire retire && retire.epoch() == epoch - 1) {
      retiring = false;
    }
  }

  /** The position behind which a replica is at an index of a link; -1 if the link never delivered. */
  long position(long planId, long inner) {
    Link link = links.get(planId);
    if (link == null) {
      return -1;
    }
    Map.Entry<Long, Long> at = link.positions.floorEntry(inner);
    return at == null ? link.firstPosition - 1 : at.getValue();
  }

  /** Whether an index is at or behind the seal of its link. */
  boolean sealed(long planId, long inner) {
    Link link = links.get(planId);
    return link != null && link.successor >= 0 && inner >= link.positions.lastKey();
  }

  /** The link that follows another, -1 if there is none. */
  long successor(long planId) {
    Link link = links.get(planId);
    return link == null ? -1 : link.successor;
  }

  /** Where a link ends. */
  long lastInner(long planId) {
    return links.get(planId).positions.lastKey();
  }

  long firstPosition(long planId) {
    return links.get(planId).firstPosition;
  }
}
