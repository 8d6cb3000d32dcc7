package org.quorate.tck.storage;

import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;

/** A state store that is opened for each test, and short ways to use it. */
abstract class StateStoreFixture {
  protected static final GroupId GROUP = GroupId.of("orders");

  @TempDir protected Path dir;
  StateStorage storage;
  StateStore store;

  /** The storage under test over a data directory. */
  protected abstract StateStorage storage(Path dir);

  @BeforeEach
  void open() {
    storage = storage(dir);
    store = storage.open(GROUP);
  }

  @AfterEach
  void close() {
    store.close();
    storage.close();
  }

  void reopen() {
    store.close();
    store = storage.open(GROUP);
  }

  void restart() {
    close();
    open();
  }

  static Bytes b(String text) {
    return Bytes.utf8(text);
  }

  void put(long applied, String... keysAndValues) {
    NavigableMap<Bytes, Bytes> changes = new TreeMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      String value = keysAndValues[i + 1];
      changes.put(b(keysAndValues[i]), value == null ? StateBatch.DELETED : b(value));
    }
    store.commit(new StateBatch(changes, applied));
  }

  NavigableMap<Bytes, Bytes> all() {
    return StateSteps.drain(store.scan(Bytes.EMPTY, null), false);
  }

  String keys(StateCursor cursor, boolean reverse) {
    NavigableMap<Bytes, Bytes> map = StateSteps.drain(cursor, reverse);
    StringBuilder text = new StringBuilder();
    (reverse ? map.descendingMap() : map).keySet().forEach(k -> text.append(k.utf8()));
    return text.toString();
  }
}
