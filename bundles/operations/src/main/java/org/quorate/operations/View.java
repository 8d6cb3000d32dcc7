package org.quorate.operations;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.kit.Mirror;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.OnlineNode;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationException.Code;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.Phase;

/** A service's keys as of one revision. Not thread-safe. */
final class View implements Mirror {
  /** An operation that was decided, and the revision at which that was. */
  record Logged(Stored operation, long decidedAt) {}

  /** What lies beside an operation is to fit any. */
  private static final OperationSpec ANY = Stored.unknown(0, OperationSpec.UNKNOWN).spec;

  private final Layout layout;
  private final TreeMap<String, KeyEntry> keys = new TreeMap<>();
  private final Map<String, OnlineNode> nodes = new TreeMap<>();
  private final Map<Long, Stored> operations = new TreeMap<>();
  private final Map<Long, Logged> log = new TreeMap<>();
  private final Map<String, String> broken = new TreeMap<>();
  private long revision;

  View(Layout layout) {
    this.layout = layout;
  }

  @Override
  public void put(KeyEntry entry) {
    change(entry.key(), entry);
  }

  @Override
  public void apply(KeyEvent event) {
    KeyEntry known = keys.get(event.key());
    if (known == null || known.modRevision() < event.revision()) {
      change(event.key(), event.entry());
    }
  }

  @Override
  public void at(long upTo) {
    revision = Math.max(revision, upTo);
  }

  private void change(String key, KeyEntry entry) {
    if (entry == null) {
      keys.remove(key);
    } else {
      keys.put(key, entry);
    }
    broken.remove(key);
    try {
      parse(layout.name(key).split("/"), entry);
    } catch (OperationException | NumberFormatException e) {
      broken.put(key, e.getMessage());
    }
  }

  private void parse(String[] names, KeyEntry entry) {
    if (names.length == 3 && names[0].equals("op") && entry != null) {
      Codec.content(entry.value()).of(ANY);
    }
    if (names[0].equals("op-epoch") && entry != null) {
      Codec.number(entry.value());
    }
    if (names.length != 2) {
      return;
    }
    switch (names[0]) {
      case "online" -> {
        nodes.remove(names[1]);
        if (entry != null) {
          nodes.put(names[1], Codec.online(names[1], entry.value(), entry.owner()));
        }
      }
      case "op" -> {
        long id = Long.parseLong(names[1]);
        operations.remove(id);
        if (entry != null) {
          operations.put(id, Codec.operation(entry.value(), entry.modRevision()));
        }
      }
      case "op-log" -> {
        long id = Long.parseLong(names[1]);
        log.remove(id);
        if (entry != null) {
          Stored stored = Codec.operation(entry.value(), entry.modRevision());
          // A roll-back is written over what it rolls back; so is the end, which is no later then.
          boolean back = stored.decision == Decision.ROLLED_BACK;
          log.put(id, new Logged(stored, back ? entry.modRevision() : entry.createRevision()));
        }
      }
      default -> {
        // The product's, or read when it is wanted.
      }
    }
  }

  long revision() {
    return revision;
  }

  /** What cannot be read, by key, with why. */
  Map<String, String> broken() {
    return broken;
  }

  /** An entry by its whole key, or null. */
  KeyEntry entry(String key) {
    return keys.get(key);
  }

  /** Nodes that are online, by name. */
  Map<String, OnlineNode> nodes() {
    return nodes;
  }

  /** Whether a node is online by that session. */
  boolean online(String node, long session) {
    OnlineNode known = nodes.get(node);
    return known != null && known.session() == session;
  }

  /** Under way, by id. What cannot be read is not among them: it is left alone. */
  Collection<Stored> operations() {
    return broken.isEmpty()
        ? operations.values()
        : operations.values().stream().filter(this::readable).toList();
  }

  /** One under way, or null. */
  Stored operation(long id) {
    Stored s = operations.get(id);
    return s == null || !readable(s) ? null : s;
  }

  /** Whether one is under way, readable or not. */
  boolean under(long id) {
    return keys.containsKey(layout.operation(id));
  }

  /** Also with what lies beside it. */
  private boolean readable(Stored s) {
    return !broken.containsKey(layout.content(s.id)) && !broken.containsKey(layout.undo(s.id));
  }

  /** What is known of one under way that cannot be read; null if there is none of this id. */
  Stored unreadable(long id) {
    KeyEntry entry = keys.get(layout.operation(id));
    if (entry == null || operation(id) != null) {
      return null;
    }
    Logged logged = log.get(id);
    Stored s = operations.get(id);
    if (s == null) {
      s = logged == null ? Stored.unknown(id, guard(id)) : logged.operation();
    }
    s = s.copy();
    s.revision = entry.modRevision();
    return s;
  }

  /** The lock that an operation has. */
  private String guard(long id) {
    for (KeyEntry entry : keys.tailMap(layout.lock("")).values()) {
      if (!entry.key().startsWith(layout.lock(""))) {
        break;
      }
      try {
        if (Codec.number(entry.value()) == id) {
          return entry.key().substring(layout.lock("").length());
        }
      } catch (OperationException e) {
        // Nobody's.
      }
    }
    return OperationSpec.UNKNOWN;
  }

  /** Since they are decided, by id. */
  Map<Long, Logged> log() {
    return log;
  }

  /**
   * The last id that was given; also when an operator deleted the key that says so.
   *
   * @throws OperationException BROKEN if that key cannot be read: nothing begins, is decided or comes
   *     online then
   */
  long lastId() {
    KeyEntry epoch = keys.get(layout.epoch());
    if (epoch != null && broken.containsKey(epoch.key())) {
      throw new OperationException(Code.BROKEN, advice(epoch.key(), broken.get(epoch.key())));
    }
    if (epoch != null) {
      return Codec.number(epoch.value());
    }
    long last = 0;
    for (String tree : List.of("op", "op-log")) {
      for (String key : below(tree).keySet()) {
        last = Math.max(last, layout.operation(key));
      }
    }
    return last;
  }

  /** '0' follows '/': all keys below the tree lie between. */
  private SortedMap<String, KeyEntry> below(String tree) {
    return keys.subMap(layout.key(tree + "/"), layout.key(tree + "0"));
  }

  /** What members of an operation are told: of one that was rolled back what holds again. */
  Operation told(Stored s) {
    KeyEntry beside = keys.get(layout.content(s.id));
    KeyEntry undo = s.decision == Decision.ROLLED_BACK ? keys.get(layout.undo(s.id)) : null;
    OperationSpec spec = s.spec;
    if (beside != null) {
      spec = Codec.content((undo == null ? beside : undo).value()).of(spec);
    }
    return s.shown(spec, Barrier.of(this, s).awaited());
  }

  /** What members change when it is committed. */
  Map<String, String> changes(Stored s) {
    KeyEntry beside = keys.get(layout.content(s.id));
    return beside == null ? Map.of() : Codec.content(beside.value()).changes();
  }

  /** A member's answer at an operation's step, null if it gave none by the session that counts. */
  Codec.Answer answer(Stored s, String node) {
    KeyEntry entry = keys.get(layout.answer(s.id, s.step, node));
    Long session = s.expected.get(node);
    if (entry == null || session == null || entry.owner() != session) {
      return null;
    }
    try {
      return Codec.answer(entry.value());
    } catch (OperationException e) {
      return new Codec.Answer(false, e.getMessage());
    }
  }

  /** Keys of the product, without the root. */
  Map<String, String> product() {
    Map<String, String> found = new TreeMap<>();
    for (String tree : List.of("conf", "view")) {
      below(tree).forEach((key, entry) -> found.put(layout.name(key), entry.value().utf8()));
    }
    return found;
  }

  /** All under way, as they are shown; with what cannot be read, and what to do about it. */
  List<Operation> shown() {
    List<Operation> all = new ArrayList<>();
    operations().forEach(s -> all.add(told(s)));
    broken.forEach(
        (key, why) -> {
          if (layout.name(key).startsWith("op/") || key.equals(layout.epoch())) {
            all.add(unreadable(key, why));
          }
        });
    return all;
  }

  private Operation unreadable(String key, String why) {
    long id = layout.operation(key);
    Stored s = unreadable(id);
    boolean foreign = s == null;
    Stored shown = foreign ? Stored.unknown(0, OperationSpec.UNKNOWN) : s;
    shown.phase = Phase.UNREADABLE;
    shown.reason =
        foreign
            ? advice(key, why)
            : cannotBeRead(key, why)
                + "op resolve "
                + id
                + " REASON --force discards it, and all nodes read anew";
    return shown.shown(shown.spec, List.of());
  }

  private static String cannotBeRead(String key, String why) {
    return "key " + key + " cannot be read: " + why + "; unless a newer version wrote it: ";
  }

  private static String advice(String key, String why) {
    return cannotBeRead(key, why) + "coord delete " + key + " --tree removes it";
  }

  /** As it is shown, null if it is not under way. */
  Operation shown(long id) {
    Stored s = operation(id);
    if (s != null) {
      return told(s);
    }
    return unreadable(id) == null
        ? null
        : shown().stream().filter(o -> o.id() == id).findFirst().orElseThrow();
  }

  /** Of what has ended nobody is awaited. */
  static Operation ended(Stored s) {
    Stored over = s.copy();
    over.phase = Phase.ENDED;
    return over.shown(over.spec, List.of());
  }
}
