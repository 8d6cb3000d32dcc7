package org.quorate.core.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
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
  private static final NodeId NODE = NodeId.of("n3");
  private static final Gtid NOW = new Gtid(7, 42);

  private Intents intents = new Intents();

  private static Proposal write(long session, long intent, int reserve, Bytes... keys) {
    Transaction transaction =
        new Transaction(1, Isolation.STRICT, List.of(), List.of(), List.of(keys), intent, reserve);
    return new Proposal(session, 1, 0, Bytes.EMPTY, transaction);
  }

  private Conflict conflict(Proposal proposal, long position, long nowMs) {
    return intents.conflict(proposal, position, nowMs, NOW);
  }

  @Test
  void othersLoseUntilTheHolderCommits() {
    Proposal holder = write(1, 9, 100, A);
    intents.reserve(holder, NODE, 10, 0);
    assertNull(conflict(holder, 11, 0));
    assertEquals(
        new Conflict(Conflict.Reason.INTENT, A, NOW, NODE, 0),
        conflict(write(2, 9, 0, B, A), 11, 0));
    assertNotNull(conflict(write(1, 8, 0, A), 11, 0), "another transaction of the session");
    assertNull(conflict(write(2, 9, 0, B), 11, 0), "another key");
    intents.committed(holder);
    assertNull(conflict(write(2, 9, 0, A), 11, 0));
    assertEquals(0, intents.keys());
  }

  @Test
  void itEndsByPositionByTimeAndWithTheSession() {
    intents.reserve(write(1, 9, 100, A), NODE, 10, 50);
    Proposal other = write(2, 9, 0, A);
    assertNotNull(conflict(other, 110, 50 + Intents.MAX_MS));
    assertNull(conflict(other, 111, 50));
    assertNull(conflict(other, 11, 51 + Intents.MAX_MS));
    intents.ended(2);
    assertNotNull(conflict(other, 11, 50));
    intents.ended(1);
    assertNull(conflict(other, 11, 50));
  }

  @Test
  void whoLosesLaterStandsBehindAndIsNextWhenTheFirstCommits() {
    Proposal first = write(1, 9, 100, A);
    Proposal second = write(2, 9, 100, A, B);
    Proposal third = write(3, 9, 100, B);
    intents.reserve(first, NODE, 10, 0);
    intents.reserve(second, NODE, 11, 0);
    intents.reserve(third, NODE, 12, 0);
    assertEquals(Place.FIRST, intents.place(first, 13, 0));
    assertEquals(Place.QUEUED, intents.place(second, 13, 0));
    assertEquals(Place.QUEUED, intents.place(third, 13, 0));
    assertNotNull(conflict(third, 13, 0), "no one passes the one before");
    intents.committed(first);
    assertEquals(Place.NONE, intents.place(first, 14, 0));
    assertEquals(Place.FIRST, intents.place(second, 14, 0));
    intents.ended(2);
    assertEquals(Place.FIRST, intents.place(third, 14, 0));
    assertEquals(2, intents.endings());
  }

  @Test
  void whoTriesAgainKeepsItsPlaceThoughItsTimeBeginsAnew() {
    Proposal first = write(1, 9, 10, A);
    Proposal second = write(2, 9, 100, A);
    intents.reserve(first, NODE, 10, 0);
    intents.reserve(second, NODE, 11, 0);
    intents.reserve(first, NODE, 15, 0);
    assertEquals(Place.FIRST, intents.place(first, 25, 0));
    assertEquals(Place.QUEUED, intents.place(second, 25, 0));
    assertEquals(Place.FIRST, intents.place(second, 26, 0), "its time is over");
  }

  @Test
  void readersOfAKeyDoNotWaitForEachOther() {
    Proposal[] readers = new Proposal[2];
    for (int i = 0; i < 2; i++) {
      Transaction transaction =
          new Transaction(
              1, Isolation.STRICT, List.of(A), List.of(), List.of(Bytes.ofLong(i)), 9, 100);
      readers[i] = new Proposal(i + 1, 1, 0, Bytes.EMPTY, transaction);
      intents.reserve(readers[i], NODE, 10 + i, 0);
    }
    Proposal writer = write(3, 9, 100, A);
    intents.reserve(writer, NODE, 12, 0);
    assertEquals(Place.FIRST, intents.place(readers[1], 13, 0));
    assertEquals(Place.QUEUED, intents.place(writer, 13, 0));
  }

  @Test
  void theOlderGoesFirstWhereTwoMeet() {
    Proposal older = write(1, 9, 100, A);
    Proposal younger = write(2, 9, 100, B);
    intents.reserve(older, NODE, 10, 0);
    intents.reserve(younger, NODE, 11, 0);
    assertNull(conflict(write(1, 9, 100, A, B), 12, 0));
    assertNotNull(conflict(write(2, 9, 100, A, B), 12, 0));
  }

  @Test
  void nobodyReservesWithoutSessionOrMoreThanTheGroupHolds() {
    intents.reserve(write(0, 9, 100, A), NODE, 10, 0);
    Bytes[] many = new Bytes[Intents.MAX_KEYS];
    for (int i = 0; i < many.length; i++) {
      many[i] = Bytes.ofLong(i);
    }
    intents.reserve(write(1, 9, 0, A), NODE, 10, 0);
    assertEquals(0, intents.keys());
    intents.reserve(write(1, 9, 100, many), NODE, 10, 0);
    assertEquals(Intents.MAX_KEYS, intents.keys());
    intents.reserve(write(2, 9, 100, A), NODE, 10, 0);
    assertEquals(Intents.MAX_KEYS, intents.keys());
  }

  @Test
  void survivesEncoding() {
    intents.reserve(write(1, 9, 100, A), NODE, 10, 0);
    intents.reserve(write(2, 3, 5, B), NODE, 11, 0);
    Encoder out = new Encoder();
    intents.encode(out);
    Decoder in = new Decoder(out.take());
    intents = Intents.decode(in);
    in.end();
    assertNull(conflict(write(1, 9, 0, A, B), 12, 0), "the older passes");
    assertNotNull(conflict(write(2, 3, 0, A), 12, 0));
    assertNull(conflict(write(3, 3, 0, B), 17, 0));
  }
}
