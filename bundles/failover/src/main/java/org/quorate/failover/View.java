package org.quorate.failover;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.kit.Mirror;
import org.quorate.spi.failover.ClusterMode;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Owner;
import org.quorate.spi.failover.FailoverRecord.Phase;
import org.quorate.spi.failover.RegisteredNode;

/** The registry's keys as of one revision. Not thread-safe. */
final class View implements Mirror {
  /** A record, what its origin calls it, and the revision that last changed it. */
  record Versioned(FailoverRecord record, long request, long revision) {
    static Versioned of(long id, KeyEntry entry) {
      RecordCodec.Stored stored = RecordCodec.record(id, entry.value());
      return new Versioned(stored.record(), stored.request(), entry.modRevision());
    }
  }

  private final Layout layout;
  private final Map<Long, Versioned> records = new TreeMap<>();
  private final Map<String, RegisteredNode> nodes = new TreeMap<>();
  private final Map<String, String> broken = new TreeMap<>();
  private ClusterMode mode = ClusterMode.NORMAL;
  private long revision;

  View(Layout layout) {
    this.layout = layout;
  }

  long revision() {
    return revision;
  }

  ClusterMode mode() {
    return mode;
  }

  Collection<Versioned> records() {
    return records.values();
  }

  /** A record, or null. */
  Versioned record(long id) {
    return records.get(id);
  }

  /** Whether there is no such record, not even one that cannot be read. */
  boolean gone(long id) {
    return !records.containsKey(id) && !broken.containsKey(layout.record(id));
  }

  Collection<RegisteredNode> nodes() {
    return nodes.values();
  }

  /** A node, or null. */
  RegisteredNode node(String name) {
    return nodes.get(name);
  }

  /** What cannot be read, by key, with why: it is left alone. */
  Map<String, String> broken() {
    return broken;
  }

  boolean lives(Owner who) {
    RegisteredNode node = nodes.get(who.node());
    return node != null && node.incarnation() == who.incarnation();
  }

  /** Whether a node that lives works on a record, or is told to. */
  boolean worked(FailoverRecord r) {
    Phase phase = r.takeover().phase();
    if (phase == Phase.ORIGIN) {
      return lives(r.origin());
    }
    return (phase == Phase.NOTIFIED || phase == Phase.RUNNING) && lives(r.takeover().node());
  }

  /** Nodes with the number of records that they were told to take over. */
  List<RegisteredNode> loads() {
    Map<String, Integer> assigned = new TreeMap<>();
    for (Versioned v : records.values()) {
      if (v.record().takeover().phase() != Phase.ORIGIN && worked(v.record())) {
        assigned.merge(v.record().takeover().node().node(), 1, Integer::sum);
      }
    }
    List<RegisteredNode> all = new ArrayList<>();
    nodes.values().forEach(n -> all.add(n.withAssigned(assigned.getOrDefault(n.name(), 0))));
    return all;
  }

  /** Sets what was listed at a revision. */
  @Override
  public void put(KeyEntry entry) {
    change(entry.key(), entry);
  }

  @Override
  public void at(long upTo) {
    revision = Math.max(revision, upTo);
  }

  /** Takes a change in, unless a later one was listed already. */
  @Override
  public void apply(KeyEvent event) {
    Long id = layout.recordId(event.key());
    Versioned known = id == null ? null : records.get(id);
    if (known == null || known.revision() < event.revision()) {
      change(event.key(), event.entry());
    }
  }

  private void change(String key, KeyEntry entry) {
    broken.remove(key);
    Long id = layout.recordId(key);
    String node = layout.nodeName(key);
    try {
      if (id != null) {
        records.remove(id);
        if (entry != null) {
          records.put(id, Versioned.of(id, entry));
        }
      } else if (node != null) {
        nodes.remove(node);
        if (entry != null) {
          nodes.put(
              node, RecordCodec.node(node, entry.value(), entry.owner(), entry.createRevision()));
        }
      } else if (key.equals(layout.mode())) {
        mode = entry == null ? ClusterMode.NORMAL : mode(entry.value());
      }
    } catch (FailoverException e) {
      broken.put(key, e.getMessage());
    }
  }

  /** Of a mode that is not known nothing is begun. */
  static ClusterMode mode(Bytes value) {
    return value.utf8().equals("readonly") ? ClusterMode.READONLY : ClusterMode.RECOVERY;
  }
}
