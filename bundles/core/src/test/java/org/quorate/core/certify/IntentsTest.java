package org.quorate.core.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.Gtid;
import org.quorate.api.Isolation;
import org.quorate.api.NodeId;
import org.quorate.api.Proposal;
import org.quorate.api.Transaction;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.core.certify.Intents.Place;

class IntentsTest {
  private static final Bytes A = Bytes.utf8("a");
  private static final Bytes B = Bytes.utf8("b");
  private static final Bytes C = Bytes.utf8("c");
  private static final NodeId NODE = NodeId.of("n3");
  private static final Gtid NOW = new Gtid(7, 42);
  private static final long INTENT = 9;

  private Intents intents = new Intents();
  private long position;

  private static Proposal transaction(
      long session, int reserve, List<Bytes> reads, List<Bytes> writes) {
    Transaction transaction =
        new Transaction(1, Isolation.STRICT, reads, List.of(), writes, INTENT, reserve);
    return new Proposal(session, 1, 0, Bytes.EMPTY, transaction);
  }

  private static Proposal write(long session, Bytes... keys) {
    return transaction(session, 100, List.of(), List.of(keys));
  }

  private Proposal loses(Proposal proposal) {
    intents.reserve(proposal, NODE, ++position, 0);
    return proposal;
  }

  private Place place(Proposal proposal) {
    return intents.place(proposal.session(), INTENT);
  }

  private Conflict conflict(Proposal proposal) {
    return intents.conflict(proposal, NOW);
  }

  private void commits(Proposal proposal) {
    assertEquals(Place.FIRST, place(proposal));
    assertNull(conflict(proposal));
    intents.committed(proposal, 0);
    assertEquals(Place.NONE, place(proposal));
  }

  @Test
  void othersLoseUntilTheHolderCommits() {
    Proposal holder = loses(write(1, A));
    assertNull(conflict(holder));
    assertEquals(new Conflict(Conflict.Reason.INTENT, A, NOW, NODE, 0), conflict(write(2, B, A)));
    assertNull(conflict(write(2, B)), "another key");
    assertNull(conflict(transaction(2, 0, List.of(A), List.of(B))), "it only reads the key");
    commits(holder);
    assertNull(conflict(write(2, A)));
    assertEquals(0, intents.keys());
  }

  @Test
  void itEndsWithTheSession() {
    loses(write(1, A));
    intents.ended(2, 0);
    assertTrue(intents.holds(1));
    assertNotNull(conflict(write(2, A)));
    intents.ended(1, 0);
    assertNull(conflict(write(2, A)));
    assertFalse(intents.holds(1));
  }

  @Test
  void itEndsByPosition() {
    Proposal first = loses(write(1, A));
    Proposal second = loses(write(2, A));
    intents.stepped(101, 0);
    assertEquals(Place.FIRST, place(first));
    intents.stepped(102, 0);
    assertEquals(Place.NONE, place(first));
    assertEquals(Place.FIRST, place(second));
    intents.stepped(103, 0);
    assertEquals(0, intents.size());
  }

  @Test
  void itsTimeBeginsWithItsTurn() {
    Proposal first = loses(write(1, A));
    Proposal second = loses(write(2, A));
    intents.stepped(12, Intents.TURN_MS);
    assertEquals(Place.FIRST, place(first));
    long over = Intents.TURN_MS + 1;
    intents.stepped(12, over);
    assertEquals(Place.NONE, place(first));
    assertEquals(Place.FIRST, place(second), "only now its time begins");
    intents.stepped(12, over + Intents.TURN_MS);
    assertEquals(Place.FIRST, place(second));
    intents.stepped(12, over + Intents.TURN_MS + 1);
    assertEquals(0, intents.size());
  }

  @Test
  void theOldestIsNextWhenTheFirstCommits() {
    Proposal first = loses(write(1, A));
    Proposal second = loses(write(2, A, B));
    Proposal third = loses(write(3, A));
    assertEquals(Place.QUEUED, place(second));
    assertEquals(Place.QUEUED, place(third));
    assertNotNull(conflict(third));
    commits(first);
    assertEquals(Place.FIRST, place(second));
    assertEquals(Place.QUEUED, place(third));
    intents.ended(2, 0);
    assertEquals(Place.FIRST, place(third));
  }

  @Test
  void whoIsBlockedElsewhereIsPassedButNotForEver() {
    loses(write(1, A));
    Proposal waits = loses(write(2, A, B));
    for (int i = 0; i < IntentQueue.MOST_PASSES; i++) {
      Proposal passes = loses(write(3 + i, B));
      assertEquals(Place.FIRST, place(passes), "pass " + i);
      commits(passes);
    }
    Proposal late = loses(write(99, B));
    assertEquals(Place.QUEUED, place(late));
    intents.ended(1, 0);
    assertEquals(Place.FIRST, place(waits));
    commits(waits);
    assertEquals(Place.FIRST, place(late));
  }

  @Test
  void whoLosesAgainKeepsItsAge() {
    Proposal first = loses(write(1, A));
    Proposal second = loses(write(2, A));
    loses(first);
    assertEquals(Place.FIRST, place(first));
    loses(write(1, B));
    assertEquals(Place.FIRST, place(second), "the first wants another key now");
    assertEquals(Place.FIRST, place(first));
  }

  @Test
  void readersOfAKeyDoNotWaitForEachOther() {
    Proposal reads = loses(transaction(1, 100, List.of(A), List.of(B)));
    Proposal other = loses(transaction(2, 100, List.of(A), List.of(C)));
    Proposal writer = loses(write(3, A));
    assertEquals(Place.FIRST, place(reads));
    assertEquals(Place.FIRST, place(other));
    assertEquals(Place.QUEUED, place(writer));
    commits(reads);
    assertEquals(Place.QUEUED, place(writer));
    commits(other);
    assertEquals(Place.FIRST, place(writer));
  }

  @Test
  void whoNeedsMoreThanItReservedWaitsForThat() {
    Proposal older = loses(write(1, A));
    Proposal younger = loses(write(2, B));
    assertNotNull(conflict(write(1, A, B)));
    older = loses(write(1, A, B));
    assertEquals(Place.QUEUED, place(older));
    younger = loses(write(2, A, B));
    assertEquals(Place.FIRST, place(older), "both want both: the older goes first");
    assertEquals(Place.QUEUED, place(younger));
  }

  @Test
  void nobodyReservesWithoutSessionOrMoreThanTheGroupHolds() {
    loses(write(0, A));
    loses(transaction(1, 0, List.of(), List.of(A)));
    assertEquals(0, intents.keys());
    Bytes[] many = new Bytes[Intents.MAX_KEYS];
    for (int i = 0; i < many.length; i++) {
      many[i] = Bytes.ofLong(i);
    }
    loses(write(1, many));
    assertEquals(Intents.MAX_KEYS, intents.keys());
    loses(write(2, A));
    assertEquals(Intents.MAX_KEYS, intents.keys());
  }

  private Intents copy() {
    Encoder out = new Encoder();
    intents.encode(out);
    Decoder in = new Decoder(out.take());
    Intents copy = Intents.decode(in);
    in.end();
    return copy;
  }

  /** At random: no two turns meet at a key, all come to an end, and a copy goes on the same way. */
  @Test
  void turnsNeverMeetNobodyStarvesAndACopyGoesTheSameWay() {
    for (int seed = 0; seed < 50; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      intents = new Intents();
      TreeMap<Long, Proposal> open = new TreeMap<>();
      TreeMap<Long, Integer> since = new TreeMap<>();
      long session = 0;
      for (int step = 1; step <= 500 || !open.isEmpty(); step++) {
        while (step <= 500 && open.size() < 24) {
          session++;
          List<Bytes> reads = new ArrayList<>();
          List<Bytes> writes = new ArrayList<>();
          for (int k = random.nextInt(1, 4); k > 0; k--) {
            (random.nextInt(4) == 0 ? reads : writes).add(Bytes.ofLong(random.nextInt(8)));
          }
          open.put(session, loses(transaction(session, 10_000, reads, writes)));
          since.put(session, step);
        }
        if (random.nextInt(10) == 0) {
          intents = copy();
        }
        List<Proposal> first = open.values().stream().filter(p -> place(p) == Place.FIRST).toList();
        assertFalse(first.isEmpty(), "seed " + seed + ": all wait");
        Proposal next = first.get(random.nextInt(first.size()));
        assertNull(conflict(next), "seed " + seed);
        for (Proposal other : first) {
          assertTrue(other == next || apart(next, other), "seed " + seed + ": two turns meet");
        }
        Encoder before = new Encoder();
        Intents twin = copy();
        intents.committed(next, 0);
        twin.committed(next, 0);
        intents.encode(before);
        Encoder after = new Encoder();
        twin.encode(after);
        assertEquals(before.take(), after.take(), "seed " + seed);
        open.remove(next.session());
        int waited = step - since.remove(next.session());
        assertTrue(waited < 300, "seed " + seed + ": waited for " + waited + " commits");
      }
      assertEquals(0, intents.keys(), "seed " + seed);
    }
  }

  private static boolean apart(Proposal one, Proposal other) {
    Transaction a = one.transaction();
    Transaction b = other.transaction();
    return a.writtenKeys().stream()
            .noneMatch(k -> b.writtenKeys().contains(k) || b.readKeys().contains(k))
        && b.writtenKeys().stream().noneMatch(k -> a.readKeys().contains(k));
  }
}
