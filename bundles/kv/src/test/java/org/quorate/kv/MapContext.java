package org.quorate.kv;

import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quorate.api.Bytes;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateView;
import org.quorate.spi.storage.StateCursor;

/** A state machine's state in a sorted map, with commands applied one after the other. */
final class MapContext implements ApplyContext {
  final NavigableMap<Bytes, Bytes> state;
  final Set<Long> leases = new TreeSet<>();
  final Set<Bytes> wrote = new TreeSet<>();
  int deletes;
  private final StateMachine machine;
  private long version;
  private volatile long committed;

  MapContext(StateMachine machine) {
    this(machine, new TreeMap<>());
  }

  MapContext(StateMachine machine, NavigableMap<Bytes, Bytes> state) {
    this.machine = machine;
    this.state = state;
  }

  KvResult apply(KvCommand command) {
    return KvResult.decode(applyBytes(command.encode()));
  }

  Bytes applyBytes(Bytes command) {
    begin();
    Bytes result = machine.apply(this, command);
    committed = version;
    return result;
  }

  void endLease(long lease) {
    leases.remove(lease);
    begin();
    machine.leaseEnded(this, lease);
    committed = version;
  }

  /** A commit that is not the state machine's. */
  void skip() {
    begin();
    committed = version;
  }

  private void begin() {
    version++;
    wrote.clear();
    deletes = 0;
  }

  KvResult query(KvQuery query) {
    return KvResult.decode(machine.query(view(), query.encode()));
  }

  long hash() {
    return machine.stateHash(view());
  }

  StateView view() {
    return new View();
  }

  @Override
  public void put(Bytes key, Bytes value) {
    state.put(key, value);
  }

  @Override
  public void delete(Bytes key) {
    deletes++;
    state.remove(key);
  }

  @Override
  public long version() {
    return version;
  }

  @Override
  public long session() {
    return 0;
  }

  @Override
  public boolean alive(long lease) {
    return leases.contains(lease);
  }

  @Override
  public void wrote(Bytes logicalKey) {
    wrote.add(logicalKey);
  }

  @Override
  public void wroteEverything() {
    throw new AssertionError("a key-value command names what it writes");
  }

  @Override
  public Bytes get(Bytes key) {
    return state.get(key);
  }

  @Override
  public StateCursor scan(Bytes from, Bytes to) {
    return new MapCursor(range(from, to));
  }

  @Override
  public StateCursor scanReverse(Bytes from, Bytes to) {
    return new MapCursor(range(from, to).descendingMap());
  }

  private NavigableMap<Bytes, Bytes> range(Bytes from, Bytes to) {
    return to == null ? state.tailMap(from, true) : state.subMap(from, true, to, false);
  }

  @Override
  public long timeMs() {
    return 0;
  }

  /** What queries see: the version moves when a commit is complete. */
  private final class View implements StateView {
    @Override
    public Bytes get(Bytes key) {
      return state.get(key);
    }

    @Override
    public StateCursor scan(Bytes from, Bytes to) {
      return MapContext.this.scan(from, to);
    }

    @Override
    public StateCursor scanReverse(Bytes from, Bytes to) {
      return MapContext.this.scanReverse(from, to);
    }

    @Override
    public long version() {
      return committed;
    }

    @Override
    public long timeMs() {
      return 0;
    }
  }

  private static final class MapCursor implements StateCursor {
    private final Iterator<Map.Entry<Bytes, Bytes>> entries;
    private Map.Entry<Bytes, Bytes> entry;

    MapCursor(NavigableMap<Bytes, Bytes> part) {
      entries = part.entrySet().iterator();
    }

    @Override
    public boolean next() {
      entry = entries.hasNext() ? entries.next() : null;
      return entry != null;
    }

    @Override
    public Bytes key() {
      return entry.getKey();
    }

    @Override
    public Bytes value() {
      return entry.getValue();
    }

    @Override
    public void close() {
      entry = null;
    }
  }
}
