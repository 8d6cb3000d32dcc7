package org.quorate.tck.coordination;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.tck.coordination.Coordinated.assertFails;
import static org.quorate.tck.coordination.Coordinated.assertRefused;
import static org.quorate.tck.coordination.Coordinated.await;
import static org.quorate.tck.coordination.Coordinated.text;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Capability;
import org.quorate.spi.coordination.Children;
import org.quorate.spi.coordination.Children.Child;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.TransactionResult;

/** Keys, conditions and transactions. */
interface KeyContract extends Coordinated {
  private static List<String> keys(Listing listing) {
    return listing.entries().stream().map(KeyEntry::key).toList();
  }

  private boolean holds(Coordinator client, Condition condition) throws Exception {
    Op mark = new Op.Put(path() + "/mark", text("x"));
    return await(client.transact(new Transaction(List.of(condition), List.of(mark)))).succeeded();
  }

  @Test
  default void whatIsPutIsThereForAllUntilItIsDeleted() throws Exception {
    Coordinator one = open("one");
    Coordinator two = open("two");
    String key = path() + "/key";
    assertNull(await(one.get(key)));
    long first = await(one.put(key, text("a")));
    KeyEntry created = await(two.get(key));
    assertEquals(new KeyEntry(key, text("a"), first, first, 1, 0), created);
    long second = await(two.put(key, text("b")));
    assertTrue(second > first);
    assertEquals(new KeyEntry(key, text("b"), first, second, 2, 0), await(one.get(key)));
    assertTrue(await(one.delete(key)));
    assertFalse(await(two.delete(key)));
    assertNull(await(two.get(key)));
    long again = await(two.put(key, Bytes.EMPTY));
    assertEquals(new KeyEntry(key, Bytes.EMPTY, again, again, 1, 0), await(one.get(key)));
  }

  @Test
  default void aKeyMayHaveAValueAndKeysBelow() throws Exception {
    Coordinator client = open("one");
    await(client.put(path() + "/a/b/c", text("deep")));
    assertNull(await(client.get(path() + "/a/b")));
    await(client.put(path() + "/a/b", text("middle")));
    assertEquals(text("deep"), await(client.get(path() + "/a/b/c")).value());
    assertTrue(await(client.delete(path() + "/a/b")));
    assertNotNull(await(client.get(path() + "/a/b/c")));
  }

  @Test
  default void aTransactionIsOneRevisionOrNothing() throws Exception {
    Coordinator client = open("one");
    String p = path();
    await(client.put(p + "/old", text("old")));
    List<Op> ops =
        List.of(
            new Op.Put(p + "/a", text("1")),
            new Op.Put(p + "/b", text("2")),
            new Op.Delete(p + "/old"),
            new Op.Delete(p + "/never"));
    TransactionResult refused =
        await(client.transact(new Transaction(List.of(new Condition.Exists(p + "/none")), ops)));
    assertFalse(refused.succeeded());
    assertTrue(refused.effects().isEmpty());
    assertEquals(List.of(p + "/old"), keys(await(client.range(RangeQuery.of(Scope.tree(p))))));
    TransactionResult done =
        await(client.transact(new Transaction(List.of(new Condition.Absent(p + "/none")), ops)));
    assertTrue(done.succeeded());
    assertEquals(
        List.of(1L, 1L, 1L, 0L),
        done.effects().stream().map(TransactionResult.Effect::count).toList());
    Listing left = await(client.range(RangeQuery.of(Scope.tree(p))));
    assertEquals(List.of(p + "/a", p + "/b"), keys(left));
    for (KeyEntry entry : left.entries()) {
      assertEquals(done.revision(), entry.modRevision());
    }
  }

  @Test
  default void conditionsHoldWhenTheySaySo() throws Exception {
    Coordinator client = open("one");
    String key = path() + "/key";
    assertTrue(holds(client, new Condition.Absent(key)));
    assertFalse(holds(client, new Condition.Exists(key)));
    assertFalse(holds(client, new Condition.Version(key, 1)));
    assertFalse(holds(client, new Condition.Unchanged(key, 1)));
    assertFalse(holds(client, new Condition.OwnedBy(key, 0)));
    long first = await(client.put(key, text("a")));
    assertFalse(holds(client, new Condition.Absent(key)));
    assertTrue(holds(client, new Condition.Exists(key)));
    assertTrue(holds(client, new Condition.Version(key, 1)));
    assertTrue(holds(client, new Condition.Unchanged(key, first)));
    assertTrue(holds(client, new Condition.OwnedBy(key, 0)));
    assertFalse(holds(client, new Condition.OwnedBy(key, 77)));
    assertFalse(holds(client, new Condition.Version(key, 2)));
    assertFalse(holds(client, new Condition.Unchanged(key, first + 1)));
    await(client.delete(key));
    long later = await(client.put(key, text("a")));
    assertTrue(holds(client, new Condition.Version(key, 1)));
    assertFalse(holds(client, new Condition.Unchanged(key, first)));
    assertTrue(holds(client, new Condition.Unchanged(key, later)));
  }

  @Test
  default void whatAProviderLacksItRefuses() throws Exception {
    Coordinator client = open("one");
    String key = path() + "/tree/key";
    long first = await(client.put(key, text("a")));
    Condition value = new Condition.ValueEquals(key, text("a"));
    if (client.capabilities().contains(Capability.VALUE_CONDITIONS)) {
      assertTrue(holds(client, value));
      assertFalse(holds(client, new Condition.ValueEquals(key, text("b"))));
      assertFalse(holds(client, new Condition.ValueEquals(path() + "/no", Bytes.EMPTY)));
    } else {
      Transaction asked = new Transaction(List.of(value), List.of());
      assertFails(Code.UNSUPPORTED, client.transact(asked));
    }
    Condition empty = new Condition.TreeEmpty(path() + "/tree");
    if (client.capabilities().contains(Capability.RANGE_CONDITIONS)) {
      assertFalse(holds(client, empty));
      assertTrue(holds(client, new Condition.TreeEmpty(key)));
      assertTrue(holds(client, new Condition.TreeNotPutSince(path() + "/tree", first)));
      assertFalse(holds(client, new Condition.TreeNotPutSince(path() + "/tree", first - 1)));
    } else {
      Transaction asked = new Transaction(List.of(empty), List.of());
      assertFails(Code.UNSUPPORTED, client.transact(asked));
    }
    await(client.put(key, text("b")));
    RangeQuery old = RangeQuery.of(Scope.key(key)).at(first);
    if (client.capabilities().contains(Capability.OLD_REVISIONS)) {
      assertEquals(text("a"), await(client.range(old)).entries().get(0).value());
    } else {
      assertFails(Code.UNSUPPORTED, client.range(old));
    }
  }

  @Test
  default void setValueWantsTheKey() throws Exception {
    Coordinator client = open("one");
    Op set = new Op.SetValue(path() + "/key", text("set"));
    Op other = new Op.Put(path() + "/other", text("x"));
    assertFalse(await(client.transact(Transaction.of(other, set))).succeeded());
    assertNull(await(client.get(path() + "/other")));
    await(client.put(path() + "/key", text("put")));
    assertTrue(await(client.transact(Transaction.of(other, set))).succeeded());
    assertEquals(text("set"), await(client.get(path() + "/key")).value());
  }

  @Test
  default void sequentialKeysAreNumberedWithoutGapOrReuse() throws Exception {
    List<Coordinator> clients = List.of(open("one"), open("two"));
    String prefix = path() + "/n-";
    List<CompletableFuture<TransactionResult>> asked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Op put = new Op.PutSequential(prefix, text("v" + i), 0);
      asked.add(clients.get(i % 2).transact(Transaction.of(put)).toCompletableFuture());
    }
    TreeSet<String> given = new TreeSet<>();
    for (CompletableFuture<TransactionResult> each : asked) {
      given.add(await(each).effects().get(0).key());
    }
    TreeSet<String> expected = new TreeSet<>();
    for (int i = 0; i < 20; i++) {
      expected.add(prefix + String.format("%010d", i));
    }
    assertEquals(expected, given);
    await(clients.get(0).delete(expected.last()));
    Transaction two =
        Transaction.of(
            new Op.PutSequential(prefix, text("x"), 0), new Op.PutSequential(prefix, text("y"), 0));
    TransactionResult both = await(clients.get(1).transact(two));
    assertEquals(
        List.of(prefix + "0000000020", prefix + "0000000021"),
        both.effects().stream().map(TransactionResult.Effect::key).toList());
    Op elsewhere = new Op.PutSequential(path() + "/m-", text("x"), 0);
    assertEquals(
        path() + "/m-0000000000",
        await(clients.get(0).transact(Transaction.of(elsewhere))).effects().get(0).key());
  }

  @Test
  default void aTreeIsDeletedWithoutItsNeighbours() throws Exception {
    Coordinator client = open("one");
    String p = path();
    for (String key : List.of("/a", "/a/b", "/a/b/c", "/a/d", "/a-b", "/a0", "/b")) {
      await(client.put(p + key, text(key)));
    }
    Transaction replace =
        Transaction.of(
            new Op.DeleteTree(p + "/a"),
            new Op.Put(p + "/a/d", text("new")),
            new Op.Delete(p + "/b"));
    TransactionResult done = await(client.transact(replace));
    assertEquals(3, done.effects().get(0).count());
    Listing left = await(client.range(RangeQuery.of(Scope.tree(p))));
    assertEquals(List.of(p + "/a", p + "/a-b", p + "/a/d", p + "/a0"), keys(left));
    assertEquals(done.revision(), left.entries().get(2).createRevision());
  }

  @Test
  default void listingsArePagedInOrder() throws Exception {
    Coordinator client = open("one");
    String p = path();
    TreeSet<String> all = new TreeSet<>();
    for (int i = 0; i < 25; i++) {
      all.add(p + "/k" + (i % 5) + "/" + i);
    }
    for (String key : all) {
      await(client.put(key, text(key)));
    }
    RangeQuery query = RangeQuery.of(Scope.tree(p)).withLimit(7);
    List<String> read = new ArrayList<>();
    Listing page = await(client.range(query));
    read.addAll(keys(page));
    while (page.more()) {
      page = await(client.range(query.after(page, false)));
      assertTrue(page.entries().size() <= 7);
      read.addAll(keys(page));
    }
    assertEquals(new ArrayList<>(all), read);
    Listing bare = await(client.range(RangeQuery.of(Scope.tree(p)).withoutValues()));
    assertEquals(25, bare.entries().size());
    assertTrue(bare.entries().stream().allMatch(e -> e.value().isEmpty()));
    Listing stale = await(client.range(RangeQuery.of(Scope.tree(p)).mayBeStale()));
    assertEquals(25, stale.entries().size(), "never older than what this client has seen");
  }

  @Test
  default void childrenAreTheNamesDirectlyBelow() throws Exception {
    Coordinator client = open("one");
    String p = path();
    for (String key : List.of("/a", "/a/x", "/a/y/z", "/b-c", "/d/e/f", "/d/e/g", "/z")) {
      await(client.put(p + key, text(key)));
    }
    Children all = await(client.children(p, "", 100));
    List<Child> expected =
        List.of(
            new Child("a", true, true),
            new Child("b-c", true, false),
            new Child("d", false, true),
            new Child("z", true, false));
    assertEquals(expected, all.children());
    assertFalse(all.more());
    Children first = await(client.children(p, "", 2));
    assertEquals(expected.subList(0, 2), first.children());
    assertTrue(first.more());
    assertEquals(expected.subList(2, 4), await(client.children(p, "b-c", 2)).children());
    assertEquals(List.of(), await(client.children(p + "/z", "", 10)).children());
  }

  @Test
  default void whatIsOutOfBoundsHasAName() throws Exception {
    Coordinator client = open("one");
    for (String bad : List.of("", "/a", "a/", "a//b", "a/./b", "..", "a\u0000b", "a\ud800")) {
      assertFails(Code.INVALID, client.put(bad, text("x")));
      assertFails(Code.INVALID, client.get(bad));
    }
    String longest = path() + "/" + "k".repeat(CoordinationLimits.KEY_BYTES - path().length() - 1);
    await(client.put(longest, text("x")));
    assertEquals(text("x"), await(client.get(longest)).value());
    assertFails(Code.TOO_LARGE, client.put(longest + "k", text("x")));
    Bytes largest = Bytes.wrap(new byte[CoordinationLimits.VALUE_BYTES]);
    await(client.put(path() + "/large", largest));
    assertEquals(largest, await(client.get(path() + "/large")).value());
    Bytes larger = Bytes.wrap(new byte[CoordinationLimits.VALUE_BYTES + 1]);
    assertFails(Code.TOO_LARGE, client.put(path() + "/large", larger));
    List<Op> most = new ArrayList<>();
    for (int i = 0; i < CoordinationLimits.TRANSACTION_PARTS; i++) {
      most.add(new Op.Put(path() + "/t/" + i, text("x")));
    }
    assertTrue(await(client.transact(new Transaction(List.of(), most))).succeeded());
    most.add(new Op.Put(path() + "/t/more", text("x")));
    assertRefused(Code.TOO_LARGE, () -> new Transaction(List.of(), most));
    Op a = new Op.Put(path() + "/a", text("x"));
    assertRefused(Code.INVALID, () -> Transaction.of(a, new Op.Delete(path() + "/a")));
  }

  @Test
  default void noUpdateIsLostOrDoubledAcrossAFailOver() throws Exception {
    Coordinator client = open("one");
    String key = path() + "/counter";
    await(client.put(key, text("0")));
    int certain = 0;
    int possible = 0;
    for (int i = 0; i < 60; i++) {
      if (i == 20) {
        fixture().failOver();
      }
      try {
        KeyEntry now = await(client.get(key));
        Op put = new Op.Put(key, text(Integer.toString(Integer.parseInt(now.value().utf8()) + 1)));
        Condition unchanged = new Condition.Unchanged(key, now.modRevision());
        if (await(client.transact(new Transaction(List.of(unchanged), List.of(put)))).succeeded()) {
          certain++;
        }
      } catch (CoordinationException e) {
        if (e.code() == Code.INDETERMINATE) {
          possible++;
        } else {
          assertEquals(Code.UNAVAILABLE, e.code(), e.getMessage());
        }
      }
    }
    int counted = Integer.parseInt(await(client.get(key)).value().utf8());
    assertTrue(
        certain > 0 && counted >= certain && counted <= certain + possible,
        counted + " of " + certain + " certain and " + possible + " possible ones");
  }
}
