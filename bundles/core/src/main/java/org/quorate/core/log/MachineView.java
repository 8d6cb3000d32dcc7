package org.quorate.core.log;

import org.quorate.api.Bytes;
import org.quorate.core.state.GroupStore;
import org.quorate.spi.state.StateView;
import org.quorate.spi.storage.StateCursor;

/** The state machine's part of the key space, as of a version or later. */
class MachineView implements StateView {
  /** First byte of the state machine's keys; the platform's begin with 0. */
  static final byte PREFIX = 1;

  private static final Bytes END = Bytes.wrap(new byte[] {PREFIX + 1});

  final GroupStore store;
  private final long version;
  private final long timeMs;

  MachineView(GroupStore store, long version, long timeMs) {
    this.store = store;
    this.version = version;
    this.timeMs = timeMs;
  }

  static Bytes inner(Bytes key) {
    byte[] prefixed = new byte[key.length() + 1];
    prefixed[0] = PREFIX;
    key.copyTo(prefixed, 1);
    return Bytes.wrap(prefixed);
  }

  @Override
  public Bytes get(Bytes key) {
    return store.get(inner(key));
  }

  @Override
  public StateCursor scan(Bytes from, Bytes to) {
    return new Unprefixed(store.scan(inner(from), to == null ? END : inner(to)));
  }

  @Override
  public StateCursor scanReverse(Bytes from, Bytes to) {
    return new Unprefixed(store.scanReverse(inner(from), to == null ? END : inner(to)));
  }

  @Override
  public long version() {
    return version;
  }

  @Override
  public long timeMs() {
    return timeMs;
  }

  private record Unprefixed(StateCursor cursor) implements StateCursor {
    @Override
    public boolean next() {
      return cursor.next();
    }

    @Override
    public Bytes key() {
      return cursor.key().from(1);
    }

    @Override
    public Bytes value() {
      return cursor.value();
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
