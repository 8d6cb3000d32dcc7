package org.quorate.raft;

import java.util.AbstractMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What only Raft has to say of itself; worked out when it is read, not at every tick. */
final class RaftDetails extends AbstractMap<String, String> {
  private final Raft raft;

  RaftDetails(Raft raft) {
    this.raft = raft;
  }

  @Override
  public Set<Map.Entry<String, String>> entrySet() {
    return now().entrySet();
  }

  private Map<String, String> now() {
    Map<String, String> details = new TreeMap<>();
    details.put("term", Long.toString(raft.hard.term()));
    details.put("vote", String.valueOf(raft.hard.vote()));
    details.put("durable", Long.toString(raft.disk.durable()));
    if (raft.halted() != null) {
      details.put("halted", raft.halted());
    }
    Leader leader = raft.leading();
    if (leader != null) {
      for (Progress p : leader.peers().all()) {
        details.put("peer." + p.node, p.toString());
      }
      if (leader.transfer() != null) {
        details.put("transfer", leader.transfer().to().name());
      }
    }
    return details;
  }
}
