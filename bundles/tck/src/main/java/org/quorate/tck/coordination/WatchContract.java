package org.quorate.tck.coordination;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.quorate.tck.coordination.Coordinated.await;
import static org.quorate.tck.coordination.Coordinated.session;
import static org.quorate.tck.coordination.Coordinated.text;
import static org.quorate.tck.coordination.Coordinated.until;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Subscription;
import org.quorate.spi.coordination.Transaction;

/** Watches and blocking queries. */
interface WatchContract extends Coordinated {
  @Test
  default void aWatchTellsEveryChangeFromItsRevisionOn() throws Exception {
    Coordinator client = open("one");
    String p = path();
    await(client.put(p + "/a", text("0")));
    long from = await(client.put(p + "/a", text("1")));
    await(client.put(p + "-other/a", text("x")));
    await(
        client.transact(
            Transaction.of(
                new Op.Put(p + "/c", text("2")),
                new Op.Put(p + "/b", text("2")),
                new Op.Delete(p + "/a"))));
    Told told = new Told();
    try (Subscription ignored = open("two").watch(Scope.tree(p), from, told)) {
      until("history", () -> told.events().size() >= 4);
      await(client.put(p + "/b", text("3")));
      await(client.transact(Transaction.of(new Op.DeleteTree(p))));
      until("present", () -> told.events().size() >= 7);
    }
    assertEquals(List.of("a=1", "-a", "b=2", "c=2", "b=3", "-b", "-c"), told.brief(p));
    KeyEntry written = told.events().get(4).entry();
    assertEquals(2, written.version());
    assertEquals(told.events().get(4).revision(), written.modRevision());
    assertEquals(told.events().get(2).revision(), written.createRevision());
  }

  @Test
  default void aWatchFromNowTellsWhatComes() throws Exception {
    Coordinator client = open("one");
    String p = path();
    await(client.put(p + "/before", text("x")));
    Told all = new Told();
    Told one = new Told();
    Coordinator watcher = open("two");
    Subscription tree = watcher.watch(Scope.tree(p), 0, all);
    Subscription key = watcher.watch(Scope.key(p + "/k"), 0, one);
    changeUntil(
        () -> !all.events().isEmpty() && !one.events().isEmpty(), client, p + "/k", p + "/k/below");
    tree.close();
    key.close();
    assertTrue(all.events().stream().noneMatch(e -> e.key().equals(p + "/before")));
    assertTrue(one.events().stream().allMatch(e -> e.key().equals(p + "/k")));
  }

  /** From when on a watch from now tells changes is not known: one comes after the other. */
  private static void changeUntil(BooleanSupplier told, Coordinator client, String... keys)
      throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    for (int i = 0; !told.getAsBoolean(); i++) {
      assertTrue(System.nanoTime() < deadline, "nothing is told");
      for (String key : keys) {
        await(client.put(key, text(Integer.toString(i))));
      }
    }
  }

  @Test
  default void theEndOfASessionIsToldAsDeletions() throws Exception {
    Coordinator client = open("one");
    String p = path();
    CoordinatorSession session = session(client, "owner");
    Told told = new Told();
    long from = await(client.put(p + "/first", text("x")));
    Subscription watch = client.watch(Scope.tree(p), from + 1, told);
    Op a = new Op.Put(p + "/a", text("1"), session.id());
    Op b = new Op.Put(p + "/b", text("1"), session.id());
    await(client.transact(Transaction.of(a, b)));
    await(session.close());
    until("the end", () -> told.events().size() >= 4);
    watch.close();
    assertEquals(List.of("a=1", "b=1", "-a", "-b"), told.brief(p));
    assertEquals(
        told.events().get(2).revision(), told.events().get(3).revision(), "in one revision");
  }

  @Test
  default void nothingIsLostOrToldTwiceAcrossAFailOver() throws Exception {
    throughout(
        () -> {
          fixture().failOver();
          return true;
        });
  }

  @Test
  default void nothingIsLostOrToldTwiceAcrossASwap() throws Exception {
    throughout(() -> fixture().swap());
  }

  private void throughout(LockContract.Upheaval upheaval) throws Exception {
    Coordinator writer = open("writer");
    String p = path();
    long from = await(writer.put(p + "/begin", text("x")));
    Told told = new Told();
    Subscription watch = open("watcher").watch(Scope.tree(p), from, told);
    List<String> expected = new ArrayList<>();
    expected.add("begin=x");
    for (int i = 0; i < 80; i++) {
      if (i == 40) {
        assumeTrue(upheaval.happens(), "the provider cannot do that");
      }
      write(writer, p + "/k" + i % 7, Integer.toString(i));
      expected.add("k" + i % 7 + "=" + i);
    }
    until("all", () -> told.events().size() >= expected.size());
    watch.close();
    assertEquals(expected, told.brief(p));
  }

  /** Writes once: looks whether it was done if nobody knows. */
  private static void write(Coordinator writer, String key, String value) throws Exception {
    for (int i = 0; i < 100; i++) {
      try {
        await(writer.put(key, text(value)));
        return;
      } catch (CoordinationException e) {
        if (e.code() != Code.INDETERMINATE && e.code() != Code.UNAVAILABLE) {
          throw e;
        }
        KeyEntry now = await(writer.get(key));
        if (now != null && now.value().equals(text(value))) {
          return;
        }
      }
    }
    throw new AssertionError(key + " cannot be written");
  }

  @Test
  default void aListenerThatTakesItsTimeHoldsUpNobodyElse() throws Exception {
    Coordinator client = open("one");
    String p = path();
    long from = await(client.put(p + "/a", text("0")));
    Told slow = new Told();
    Told quick = new Told();
    slow.shut();
    Subscription one = client.watch(Scope.tree(p), from, slow);
    Subscription two = client.watch(Scope.tree(p), from, quick);
    until("first", () -> slow.calls() == 1);
    for (int i = 1; i <= 30; i++) {
      await(client.put(p + "/a", text(Integer.toString(i))));
    }
    until("the quick one", () -> quick.events().size() == 31);
    assertEquals(1, slow.calls());
    slow.open();
    until("the slow one", () -> slow.events().size() == 31);
    assertEquals(quick.events(), slow.events());
    one.close();
    two.close();
  }

  @Test
  default void whoNeverReadsIsToldThatItFellBehind() throws Exception {
    Coordinator client = open("one");
    String p = path();
    long from = await(client.put(p + "/a", text("0")));
    Told never = new Told();
    Told quick = new Told();
    never.shut();
    client.watch(Scope.tree(p), from, never);
    Subscription watch = client.watch(Scope.tree(p), from, quick);
    until("first", () -> never.calls() == 1);
    long last = 0;
    for (int i = 1; i <= 5; i++) {
      last = await(client.put(p + "/a", text(Integer.toString(i))));
    }
    until("the quick one", () -> quick.events().size() == 6);
    assumeTrue(fixture().forget(last), "the provider forgets when it wants to");
    assertEquals(Code.COMPACTED, await(never.ended()).code());
    assertEquals(1, never.calls());
    await(client.put(p + "/a", text("after")));
    until("the quick one", () -> quick.events().size() == 7);
    watch.close();
  }

  @Test
  default void aStormOfWatchesIsToldWhatItWantsAndNothingElse() throws Exception {
    Coordinator client = open("storm");
    Coordinator other = open("other");
    String p = path();
    long from = await(other.put(p + "/k0", text("first")));
    List<Told> all = new ArrayList<>();
    List<Subscription> watches = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      Told told = new Told();
      all.add(told);
      Scope scope = i % 3 == 0 ? Scope.tree(p) : Scope.key(p + "/k" + i % 10);
      watches.add(client.watch(scope, from + 1, told));
    }
    for (int i = 0; i < 10; i++) {
      await(other.put(p + "/k" + i, text("x")));
    }
    until("all", () -> all.stream().allMatch(t -> !t.events().isEmpty()));
    until("whole trees", () -> all.get(0).events().size() == 10);
    watches.forEach(Subscription::close);
    for (int i = 0; i < 600; i++) {
      if (i % 3 != 0) {
        assertEquals(List.of("k" + i % 10 + "=x"), all.get(i).brief(p));
      }
    }
    Told late = new Told();
    Subscription watch = client.watch(Scope.tree(p), 0, late);
    changeUntil(() -> !late.events().isEmpty(), other, p + "/k0");
    watch.close();
    assertTrue(all.stream().allMatch(t -> t.events().size() <= 10), "told after it was closed");
  }

  /** Throws what the test has planted when it is told of it. */
  final class Failing extends Told {
    private final Throwable planted;

    Failing(Throwable planted) {
      this.planted = planted;
    }

    @Override
    public CompletionStage<?> changed(List<KeyEvent> told, long upTo) {
      if (!told.get(told.size() - 1).entry().value().utf8().equals("planted")) {
        return super.changed(told, upTo);
      } else if (planted instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) planted;
    }
  }

  /** Others lose nothing, also what came just then. */
  @Test
  default void aListenerThatFailsEndsItsWatchAlone() throws Exception {
    Coordinator client = open("one");
    Coordinator other = open("two");
    String p = path();
    for (Throwable planted :
        List.of(
            new IllegalStateException("planted by the test"),
            new NoClassDefFoundError("planted/by/the/Test"),
            new AssertionError("planted by the test"),
            new StackOverflowError("planted by the test"))) {
      Failing bad = new Failing(planted);
      Told good = new Told();
      long from = await(other.put(p + "/a", text("first")));
      client.watch(Scope.tree(p), from, bad);
      Subscription watch = client.watch(Scope.tree(p), from, good);
      until("both", () -> bad.events().size() == 1 && good.events().size() == 1);
      await(other.put(p + "/a", text("planted")));
      assertEquals(Code.CLOSED, await(bad.ended()).code());
      await(other.put(p + "/a", text("after")));
      until("the good one, beside " + planted, () -> good.events().size() == 3);
      watch.close();
      assertEquals(List.of("a=first", "a=planted", "a=after"), good.brief(p));
    }
  }

  @Test
  default void closingAClientEndsItsWatchesAndQueries() throws Exception {
    Coordinator client = open("one");
    Told told = new Told();
    client.watch(Scope.tree(path()), 0, told);
    long index = await(client.poll(List.of(Scope.tree(path())), 0, 0)).revision();
    CompletableFuture<Listing> query =
        client.poll(List.of(Scope.tree(path())), index, PATIENCE_MS).toCompletableFuture();
    await(client.shutdown());
    assertEquals(Code.CLOSED, await(told.ended()).code());
    Coordinated.assertFails(Code.CLOSED, query);
  }

  @Test
  default void aBlockingQueryAnswersWhenItsIndexIsPassed() throws Exception {
    Coordinator client = open("one");
    Coordinator writer = open("two");
    String p = path();
    List<Scope> scope = List.of(Scope.tree(p));
    await(writer.put(p + "/a", text("1")));
    Listing first = await(client.poll(scope, 0, CoordinationLimits.POLL_MS));
    assertEquals(1, first.entries().size());
    await(writer.put(p + "-other", text("x")));
    Listing same = await(client.poll(scope, first.revision(), 150));
    assertEquals(first.revision(), same.revision(), "nothing has changed");
    assertEquals(first.entries(), same.entries());
    CompletableFuture<Listing> blocked =
        client.poll(scope, first.revision(), PATIENCE_MS).toCompletableFuture();
    await(writer.put(p + "-other", text("y")));
    await(writer.put(p + "/b", text("2")));
    Listing second = await(blocked);
    assertEquals(2, second.entries().size());
    assertTrue(second.revision() > first.revision());
    blocked = client.poll(scope, second.revision(), PATIENCE_MS).toCompletableFuture();
    assertFalse(blocked.isDone());
    await(writer.delete(p + "/a"));
    Listing third = await(blocked);
    assertEquals(List.of(p + "/b"), third.entries().stream().map(KeyEntry::key).toList());
    assertTrue(third.revision() > second.revision(), "a deletion moves the index");
    Listing late = await(client.poll(scope, first.revision(), PATIENCE_MS));
    assertEquals(third.entries(), late.entries());
  }

  @Test
  default void aBlockingQueryLooksAtSeveralScopes() throws Exception {
    Coordinator client = open("one");
    String p = path();
    List<Scope> scopes = List.of(Scope.tree(p + "/a"), Scope.key(p + "/b"));
    long index = await(client.poll(scopes, 0, 0)).revision();
    CompletableFuture<Listing> blocked =
        client.poll(scopes, index, PATIENCE_MS).toCompletableFuture();
    await(client.put(p + "/c", text("x")));
    await(client.put(p + "/b", text("x")));
    Listing seen = await(blocked);
    assertEquals(List.of(p + "/b"), seen.entries().stream().map(KeyEntry::key).toList());
    await(client.put(p + "/a/x", text("x")));
    seen = await(client.poll(scopes, seen.revision(), PATIENCE_MS));
    assertEquals(
        List.of(p + "/a/x", p + "/b"), seen.entries().stream().map(KeyEntry::key).toList());
  }

  @Test
  default void aBlockingQuerySurvivesAFailOver() throws Exception {
    Coordinator client = open("one");
    Coordinator writer = open("two");
    List<Scope> scope = List.of(Scope.tree(path()));
    await(writer.put(path() + "/a", text("1")));
    long index = await(client.poll(scope, 0, 0)).revision();
    CompletableFuture<Listing> blocked =
        client.poll(scope, index, 2 * PATIENCE_MS).toCompletableFuture();
    fixture().failOver();
    write(writer, path() + "/a", "2");
    Listing seen = await(blocked);
    assertEquals(text("2"), seen.entries().get(0).value());
  }
}
