package org.quorate.raft.invariants;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.raft.RaftView;
import org.quorate.spi.consensus.LinkInvariant;

/**
 * Entries of equal index and term are equal, and so are all before them (Raft §3.5): each entry is
 * compared once with the first one seen of its index and term, content and term before it.
 */
public final class LogMatching implements LinkInvariant {
  private record Key(long index, long term) {}

  private record First(NodeId node, Bytes record, long termBefore) {}

  private record Checked(long incarnation, long last, long lastTerm) {}

  private final Map<Key, First> firsts = new HashMap<>();
  private final Map<NodeId, Checked> checked = new HashMap<>();

  @Override
  public String check(List<LinkView> nodes) {
    for (LinkView n : nodes) {
      RaftView raft = Views.raft(n);
      if (raft == null) {
        continue;
      }
      Checked c = checked.get(n.node());
      long from = raft.base() + 1;
      if (c != null && c.incarnation() == n.incarnation()) {
        if (raft.term(c.last()) == c.lastTerm()) {
          if (c.last() == raft.last()) {
            continue;
          }
          from = Math.max(from, c.last() + 1); // equal there, so equal before
        } else {
          from = Math.max(from, Math.min(raft.commit(), c.last()));
        }
      }
      for (long i = from; i <= raft.last(); i++) {
        String wrong = compare(n.node(), i, raft);
        if (wrong != null) {
          return wrong;
        }
      }
      checked.put(n.node(), new Checked(n.incarnation(), raft.last(), raft.term(raft.last())));
    }
    return null;
  }

  private String compare(NodeId node, long index, RaftView raft) {
    First mine = new First(node, raft.record(index), raft.term(index - 1));
    First first = firsts.putIfAbsent(new Key(index, raft.term(index)), mine);
    if (first == null
        || first.termBefore() == mine.termBefore() && first.record().equals(mine.record())) {
      return null;
    }
    return "entry "
        + index
        + " of term "
        + raft.term(index)
        + " differs, or what is before it, on "
        + first.node()
        + " and "
        + node;
  }
}
