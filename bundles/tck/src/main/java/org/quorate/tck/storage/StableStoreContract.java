package org.quorate.tck.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;

/** What every {@link org.quorate.spi.storage.StableStore} does while nothing fails. */
public abstract class StableStoreContract {
  private static final GroupId GROUP = GroupId.of("alpha");
  private LogStorage storage;
  private TestLoop loop;

  /** A storage over this test's data: the same each time. */
  protected abstract LogStorage newStorage();

  /** Makes the storage do what it was asked, if it has no thread for that. */
  protected void drive() {}

  @BeforeEach
  void openStorage() {
    storage = newStorage();
    loop = new TestLoop(this::drive);
  }

  @AfterEach
  void closeStorage() {
    storage.close();
  }

  private LinkProbe open() {
    LinkStore store = storage.open(GROUP, 1, loop);
    return new LinkProbe(store, loop, LogState.of(store));
  }

  private LinkProbe restart() {
    storage.close();
    storage = newStorage();
    return open();
  }

  @Test
  void thereIsNoneAtFirst() {
    assertNull(open().store().stable().load());
  }

  @Test
  void theLastOneCounts() {
    LinkProbe link = open();
    link.issue(new LogOp.Save(Bytes.utf8("one")));
    link.issue(new LogOp.Save(Bytes.utf8("two")));
    link.settleDurably();
    assertEquals(Bytes.utf8("two"), link.store().stable().load());
    link.store().close();
    assertEquals(Bytes.utf8("two"), open().store().stable().load());
  }

  @Test
  void emptyIsNotNone() {
    LinkProbe link = open();
    link.issue(new LogOp.Save(Bytes.EMPTY));
    link.settleDurably();
    link.store().close();
    assertEquals(Bytes.EMPTY, open().store().stable().load());
  }

  @Test
  void takes64KiBAndNoMore() {
    LinkProbe link = open();
    Bytes largest = Bytes.wrap(new byte[64 << 10]);
    link.issue(new LogOp.Save(largest));
    link.settleDurably();
    Bytes larger = Bytes.wrap(new byte[(64 << 10) + 1]);
    assertThrows(IllegalArgumentException.class, () -> link.store().stable().save(larger, null));
    assertEquals(largest, link.store().stable().load());
    if (storage.durable()) {
      assertEquals(largest, restart().store().stable().load());
    }
  }

  @Test
  void survivesRestartsAndTheEndOfTheLog() {
    assumeTrue(storage.durable());
    LinkProbe link = open();
    link.issue(new LogOp.Save(Bytes.utf8("vote")));
    link.settleDurably();
    for (int i = 0; i < 5; i++) {
      link.append(link.expected().last() + 1, "x".repeat(2000));
      link.issue(new LogOp.Trim(link.expected().last() + 1));
      link.settleDurably();
    }
    link.issue(new LogOp.Reset(1000));
    link.settleDurably();
    LinkProbe again = restart();
    assertEquals(Bytes.utf8("vote"), again.store().stable().load());
    assertEquals(999, again.store().log().lastIndex());
  }
}
