package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.MalformedException;
import org.quorate.runtime.api.NodeControl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the group {@code system} among all nodes, until one has it: a node that has no part in it goes by
 * what is recorded there all the same. From any thread.
 */
final class SystemSearch {
  private static final Logger LOG = LoggerFactory.getLogger(SystemSearch.class);
  private static final long ASK_MS = 2_000;

  /** While too few have answered. */
  private static final long SOON_MS = 250;

  private static final long LATER_MS = 2_000;

  private final QuorateNode node;
  private final List<Runnable> waiting = new ArrayList<>(); // guarded by this
  private final Set<NodeId> without = new TreeSet<>(); // guarded by this
  private boolean looking; // guarded by this
  private boolean found; // guarded by this

  SystemSearch(QuorateNode node) {
    this.node = node;
  }

  /** Tells once, when some node has it. */
  void whenFound(Runnable then) {
    boolean begin;
    boolean already;
    synchronized (this) {
      already = found;
      if (!already) {
        waiting.add(then);
      }
      begin = !looking && !already;
      looking |= !already;
    }
    if (already) {
      then.run();
    } else if (begin) {
      look();
    }
  }

  /** Whether more than half of the nodes have said that they do not have it, and none that it has. */
  synchronized boolean isNowhere() {
    return !found && 2 * without.size() > node.addresses().all().size();
  }

  private void look() {
    synchronized (this) {
      if (found) {
        return;
      }
    }
    if (node.groups().find(NodeControl.SYSTEM_GROUP) != null) {
      found();
      return;
    }
    synchronized (this) {
      without.add(node.id());
    }
    for (NodeId other : node.addresses().all().keySet()) {
      if (!other.equals(node.id())) {
        node.ask(
            other, PeerOperation.IDENTIFY, Bytes.EMPTY, ASK_MS, answer -> heard(other, answer));
      }
    }
    node.later(isNowhere() ? LATER_MS : SOON_MS, this::look);
  }

  private void heard(NodeId from, Bytes answer) {
    if (answer == null) {
      return;
    }
    try {
      if (Identity.decode(answer).groups().containsKey(NodeControl.SYSTEM_GROUP.name())) {
        found();
      } else {
        synchronized (this) {
          without.add(from);
        }
      }
    } catch (MalformedException e) {
      LOG.warn("node '{}' does not say who it is", from, e);
    }
  }

  private void found() {
    List<Runnable> told;
    synchronized (this) {
      found = true;
      told = List.copyOf(waiting);
      waiting.clear();
    }
    told.forEach(Runnable::run);
  }
}
