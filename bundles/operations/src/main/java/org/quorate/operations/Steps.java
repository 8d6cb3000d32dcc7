package org.quorate.operations;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.OnlineNode;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationLimits;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.Phase;

/**
 * The transactions of operations. Each holds only for the operation as it was seen, so of several that
 * would drive it one does. What begins one, decides one, or brings a node online writes the epoch and
 * holds only if nobody did so since: so the members of an operation are exactly those online when it
 * begins, those that complete exactly those online when it is decided, and a node that comes between has
 * seen it.
 */
final class Steps {
  private final Layout layout;
  private final String node;
  private final long wallMs;

  /**
   * Steps to be made by a node.
   *
   * @param wallMs noted in what is written
   */
  Steps(Layout layout, String node, long wallMs) {
    this.layout = layout;
    this.node = node;
    this.wallMs = wallMs;
  }

  private Condition unchanged(View view, String key) {
    KeyEntry entry = view.entry(key);
    return entry == null
        ? new Condition.Absent(key)
        : new Condition.Unchanged(key, entry.modRevision());
  }

  private Op put(Stored s) {
    return new Op.Put(layout.operation(s.id), Codec.operation(node, wallMs, s));
  }

  private void epoch(View view, long last, List<Condition> when, List<Op> then) {
    when.add(unchanged(view, layout.epoch()));
    then.add(new Op.Put(layout.epoch(), Codec.number(node, wallMs, last)));
  }

  private Condition asSeen(Stored s) {
    return new Condition.Unchanged(layout.operation(s.id), s.revision);
  }

  private static Map<String, Long> online(View view) {
    Map<String, Long> all = new TreeMap<>();
    view.nodes().values().forEach(n -> all.put(n.name(), n.session()));
    return all;
  }

  /** Begins an operation with the next id, under its lock. */
  Transaction begin(View view, OperationSpec spec, long nonce, long session, FencingToken lock) {
    Stored s = new Stored();
    s.id = view.lastId() + 1;
    s.nonce = nonce;
    s.spec = spec;
    s.initiator = node;
    s.startedAtMs = wallMs;
    s.driver = node;
    s.session = session;
    s.step = 1;
    s.phase = Phase.PREPARE;
    s.expected.putAll(online(view));
    List<Condition> when = new ArrayList<>();
    List<Op> then = new ArrayList<>();
    epoch(view, s.id, when, then);
    String guard = layout.lock(spec.lock());
    when.add(new Condition.Held(guard, lock));
    when.add(new Condition.Absent(guard));
    when.add(new Condition.OwnedBy(layout.online(node), session));
    then.add(put(s));
    then.add(
        new Op.Put(
            layout.content(s.id), Codec.content(node, wallMs, spec.content(), spec.changes())));
    then.add(new Op.Put(guard, Codec.number(node, wallMs, s.id)));
    return new Transaction(when, then);
  }

  /** Has the work done by this node: all are ready, or who did it before is lost. */
  Transaction execute(Stored s, Barrier ready, long session) {
    Stored next = s.copy();
    next.step++;
    next.phase = Phase.EXECUTE;
    next.attempt++;
    next.driver = node;
    next.session = session;
    next.answers.putAll(ready.answers());
    next.gone.addAll(ready.gone());
    return new Transaction(List.of(asSeen(s)), List.of(put(next)));
  }

  /** Decides: everybody who is online is to complete. */
  Transaction decide(View view, Stored s, Stored decided) {
    Stored next = decided.copy();
    next.step++;
    next.phase = Phase.COMPLETE;
    next.expected = online(view);
    List<Condition> when = new ArrayList<>();
    List<Op> then = new ArrayList<>();
    when.add(asSeen(s));
    epoch(view, view.lastId(), when, then);
    if (s.spec.strict() && next.decision == Decision.COMMITTED) {
      for (OnlineNode n : view.nodes().values()) {
        when.add(new Condition.OwnedBy(layout.online(n.name()), n.session()));
      }
    }
    then.add(put(next));
    then.add(new Op.Put(layout.log(s.id), Codec.operation(node, wallMs, next)));
    trim(view, s.id, then);
    if (next.decision == Decision.COMMITTED) {
      change(view, s, when, then);
    } else if (next.decision == Decision.ROLLED_BACK) {
      KeyEntry undo = view.entry(layout.undo(s.id));
      puts(Codec.content(undo.value()).changes(), then);
    }
    return new Transaction(when, then);
  }

  /** Forgets the oldest, but none that is under way. */
  private void trim(View view, long id, List<Op> then) {
    Iterator<Long> ids = view.log().keySet().iterator();
    int size = view.log().size() + (view.log().containsKey(id) ? 0 : 1);
    for (; size > OperationLimits.LOG && ids.hasNext(); size--) {
      long oldest = ids.next();
      if (view.operation(oldest) == null) {
        then.add(new Op.Delete(layout.log(oldest)));
      }
    }
  }

  private void change(View view, Stored s, List<Condition> when, List<Op> then) {
    Map<String, String> changes = view.changes(s);
    if (changes.isEmpty()) {
      return;
    }
    Map<String, String> undo = new TreeMap<>();
    for (String name : changes.keySet()) {
      String key = layout.key(name);
      when.add(unchanged(view, key));
      KeyEntry was = view.entry(key);
      undo.put(name, was == null ? null : was.value().utf8());
    }
    undoable(s, undo);
    puts(changes, then);
    then.add(new Op.Put(layout.undo(s.id), Codec.content(node, wallMs, "", undo)));
  }

  /** What is replaced has the limits of what replaces it: it is what members are told to go back to. */
  private static void undoable(Stored s, Map<String, String> undo) {
    try {
      new Codec.Content("", undo).of(s.spec);
    } catch (OperationException e) {
      throw new OperationException(
          e.code(),
          "it could not be rolled back, what it replaces is too much: "
              + e.getMessage()
              + "; change these keys by several operations",
          e);
    }
  }

  private void puts(Map<String, String> changes, List<Op> then) {
    changes.forEach(
        (name, value) ->
            then.add(
                value == null
                    ? new Op.Delete(layout.key(name))
                    : new Op.Put(layout.key(name), Bytes.utf8(value))));
  }

  /** Ends it with all that was kept of it, and has those go offline who have not completed. */
  Transaction end(View view, Stored s, Stored ended, Collection<String> offline) {
    Stored last = ended.copy();
    last.phase = Phase.ENDED;
    last.expected.clear();
    List<Condition> when = new ArrayList<>();
    List<Op> then = new ArrayList<>();
    when.add(asSeen(s));
    if (!s.decided()) {
      epoch(view, view.lastId(), when, then); // a node that comes may be ready for it
    }
    then.add(new Op.DeleteTree(layout.operation(s.id)));
    then.add(new Op.Delete(layout.operation(s.id)));
    then.add(new Op.Delete(layout.lock(s.spec.lock())));
    then.add(new Op.Put(layout.log(s.id), Codec.operation(node, wallMs, last)));
    for (String name : offline) {
      OnlineNode n = view.nodes().get(name);
      if (n != null) {
        offline(n, when, then);
      }
    }
    KeyEntry undo = view.entry(layout.undo(s.id));
    boolean reload =
        s.spec.kind().equals(OperationSpec.RELOAD) || s.spec.kind().equals(OperationSpec.ROLLBACK);
    boolean kept = undo != null && !view.broken().containsKey(undo.key());
    if (kept && reload && last.decision == Decision.COMMITTED) {
      then.add(new Op.Put(layout.lastUndo(), undo.value()));
    }
    return new Transaction(when, then);
  }

  /** Has a node go offline. Its key goes with its session: when it has stopped, or would have. */
  void offline(OnlineNode n, List<Condition> when, List<Op> then) {
    String key = layout.online(n.name());
    when.add(new Condition.OwnedBy(key, n.session()));
    then.add(new Op.SetValue(key, Codec.leaving(node, wallMs, n)));
  }

  /** A member's answer, which counts only for this very step and by this session. */
  Transaction answer(Stored s, long session, Codec.Answer answer) {
    String key = layout.answer(s.id, s.step, node);
    return new Transaction(
        List.of(
            asSeen(s),
            new Condition.OwnedBy(layout.online(node), session),
            new Condition.Absent(key)),
        List.of(new Op.Put(key, Codec.answer(node, wallMs, answer), session)));
  }

  /** Brings this node online. */
  Transaction join(View view, long session, String address) {
    List<Condition> when = new ArrayList<>();
    List<Op> then = new ArrayList<>();
    String key = layout.online(node);
    when.add(new Condition.Absent(key));
    epoch(view, view.lastId(), when, then);
    then.add(new Op.Put(key, Codec.online(node, wallMs, address), session));
    return new Transaction(when, then);
  }
}
