package org.quorate.core.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Committed;
import org.quorate.api.Outcome.Executed;
import org.quorate.api.Outcome.Overloaded;
import org.quorate.api.Proposal;
import org.quorate.api.wire.Encoder;
import org.quorate.core.session.SessionTable;
import org.quorate.core.state.GroupStore;
import org.quorate.core.state.TreeStateStore;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateView;
import org.quorate.spi.storage.StateCursor;

/** Sessions, and the answers kept in them, have bounds that are the same on every replica. */
class VirtualLogSessionsTest {
  private static final int MIB = 1 << 20;
  private static final Bytes NODE = Bytes.utf8("n1");

  /** A command of eight bytes asks for an answer of so many. */
  private static final StateMachine MACHINE =
      new StateMachine() {
        @Override
        public Bytes apply(ApplyContext context, Bytes command) {
          return Bytes.wrap(new byte[(int) command.longAt(0)]);
        }

        @Override
        public void leaseEnded(ApplyContext context, long lease) {}

        @Override
        public Bytes query(StateView view, Bytes query) {
          return view.get(query);
        }

        @Override
        public boolean lengthy(Bytes query) {
          return false;
        }

        @Override
        public long stateHash(StateView view) {
          return 0;
        }
      };

  /** A replica that is given what the log holds. */
  private static final class Replica {
    GroupStore store = new GroupStore(new TreeStateStore());
    Outcome last;
    VirtualLog log = open();

    VirtualLog open() {
      return new VirtualLog(
          store,
          MACHINE,
          7,
          Chain.genesis("any", new Membership(1, List.of())),
          (origin, ticket, outcome) -> last = outcome,
          inner -> null);
    }

    Outcome deliver(LogRecord record) {
      long inner = log.inner() + 1;
      log.deliver(inner, LogRecord.encode(1, inner, record));
      return last;
    }

    long session() {
      return ((Committed) deliver(new LogRecord.OpenSession(30_000))).result().longAt(0);
    }

    Outcome command(long session, long sequence, long acknowledged, int answerBytes) {
      Bytes command = Bytes.ofLong(answerBytes);
      Proposal proposal = new Proposal(session, sequence, acknowledged, command, null);
      return deliver(new LogRecord.Command(NODE, proposal));
    }

    void restart() {
      log.save(Bytes.EMPTY);
      log = open();
    }

    /** All that is saved, as a snapshot takes it. */
    List<Bytes> saved() {
      log.save(Bytes.EMPTY);
      List<Bytes> entries = new ArrayList<>();
      try (StateCursor cursor = store.scan(Bytes.EMPTY, null)) {
        while (cursor.next()) {
          entries.add(cursor.key().copy());
          entries.add(cursor.value().copy());
        }
      }
      return entries;
    }

    void install(List<Bytes> snapshot) {
      store = new GroupStore(new TreeStateStore());
      for (int i = 0; i < snapshot.size(); i += 2) {
        store.put(snapshot.get(i), snapshot.get(i + 1));
      }
      log = open();
    }
  }

  @Test
  void aGroupHasOnlySoManySessions() {
    Replica replica = new Replica();
    long first = replica.session();
    for (int i = 1; i < SessionTable.MAX_OPEN; i++) {
      replica.session();
    }
    LogRecord one = new LogRecord.OpenSession(30_000);
    assertInstanceOf(Overloaded.class, replica.deliver(one));
    replica.restart();
    assertInstanceOf(Overloaded.class, replica.deliver(one));
    assertEquals(SessionTable.MAX_OPEN, replica.log.sessions().size());
    replica.deliver(new LogRecord.CloseSession(first));
    assertInstanceOf(Committed.class, replica.deliver(one));
  }

  @Test
  void largeAnswersThatNobodyAcknowledgesDoNotAddUp() {
    Replica replica = new Replica();
    long session = replica.session();
    for (int i = 1; i <= 40; i++) {
      assertInstanceOf(Committed.class, replica.command(session, i, 0, MIB));
    }
    assertEquals(16 * MIB, replica.log.sessions().largeAnswerBytes());
    assertEquals(40, replica.log.version());

    Outcome newest = replica.command(session, 40, 0, MIB);
    assertEquals(MIB, assertInstanceOf(Committed.class, newest).result().length());
    Executed oldest = assertInstanceOf(Executed.class, replica.command(session, 1, 0, MIB));
    assertEquals(1, oldest.gtid().version());
    assertEquals(2, oldest.position());
    assertEquals(40, replica.log.version(), "a repeat was executed");
    long bytes = replica.saved().stream().mapToLong(Bytes::length).sum();
    assertTrue(bytes < 17 * MIB, "a checkpoint of " + bytes + " bytes");
  }

  @Test
  void smallAnswersAreKeptWhateverTheLargeOnesTake() {
    Replica replica = new Replica();
    long idle = replica.session();
    long busy = replica.session();
    replica.command(idle, 1, 0, 256);
    replica.command(idle, 2, 0, 257);
    for (int i = 1; i <= 17; i++) {
      replica.command(busy, i, 0, MIB);
    }
    assertInstanceOf(Committed.class, replica.command(idle, 1, 0, 256));
    assertInstanceOf(Executed.class, replica.command(idle, 2, 0, 257));
  }

  @Test
  void whatIsAcknowledgedOrOfAnEndedSessionTakesNoRoom() {
    Replica replica = new Replica();
    long one = replica.session();
    long two = replica.session();
    for (int i = 1; i <= 100; i++) {
      assertInstanceOf(Committed.class, replica.command(one, i, i - 1, MIB));
      assertInstanceOf(Committed.class, replica.command(one, i, i - 1, MIB), "a repeat");
    }
    assertEquals(MIB, replica.log.sessions().largeAnswerBytes());
    replica.command(two, 1, 0, 2 * MIB);
    replica.deliver(new LogRecord.CloseSession(one));
    assertEquals(2 * MIB, replica.log.sessions().largeAnswerBytes());
    replica.command(two, 10_000, 9_999, 0);
    assertEquals(0, replica.log.sessions().largeAnswerBytes());
  }

  /** One that runs through, one that restarts again and again, one that comes by snapshots. */
  @Test
  void allReplicasKeepTheSame() {
    Replica[] replicas = {new Replica(), new Replica(), new Replica()};
    SplittableRandom random = new SplittableRandom(3);
    long[] sessions = new long[3];
    long[] next = new long[3];
    long[] acknowledged = new long[3];
    int gone = 0;
    for (int i = 0; i < 400; i++) {
      int s = random.nextInt(3);
      boolean repeats = next[s] > acknowledged[s] && random.nextInt(3) == 0;
      if (sessions[s] == 0 || random.nextInt(60) == 0) {
        long closing = sessions[s];
        for (Replica replica : replicas) {
          replica.deliver(new LogRecord.CloseSession(closing));
          sessions[s] = replica.session();
        }
        next[s] = 0;
        acknowledged[s] = 0;
        continue;
      }
      long sequence =
          repeats ? acknowledged[s] + 1 + random.nextLong(next[s] - acknowledged[s]) : ++next[s];
      if (!repeats && random.nextInt(8) == 0) {
        acknowledged[s] += random.nextLong(next[s] - acknowledged[s]);
      }
      int size = random.nextInt(4) == 0 ? 100 : random.nextInt(3 * MIB);
      Outcome first = replicas[0].command(sessions[s], sequence, acknowledged[s], size);
      gone += first instanceof Executed ? 1 : 0;
      for (Replica replica : replicas) {
        if (replica != replicas[0]) {
          assertEquals(first, replica.command(sessions[s], sequence, acknowledged[s], size));
        }
      }
      if (random.nextInt(20) == 0) {
        replicas[1].restart();
        replicas[2].install(replicas[0].saved());
      }
    }
    assertTrue(gone > 10, gone + " answers asked for that were given up");
    assertEquals(replicas[0].saved(), replicas[1].saved());
    assertEquals(replicas[0].saved(), replicas[2].saved());
  }

  /** It wrote all answers whole, however many bytes they were. */
  @Test
  void whatAVersionWithoutTheBoundHasSavedIsRead() {
    Replica replica = new Replica();
    long session = replica.session();
    List<Bytes> saved = new ArrayList<>(replica.saved());
    Encoder old = new Encoder().varint(30_000).varint(0).u8(2).varint(0).varint(20);
    for (int i = 1; i <= 20; i++) {
      old.varint(i).varint(i).varint(1 + i).bytes(Bytes.wrap(new byte[MIB]));
    }
    Bytes written = old.take();
    for (int i = 0; i < saved.size(); i += 2) {
      boolean isSession = saved.get(i).length() == 10 && saved.get(i).longAt(2) == session;
      saved.set(i + 1, isSession ? written : saved.get(i + 1));
    }
    replica.install(saved);
    assertEquals(16 * MIB, replica.log.sessions().largeAnswerBytes());
    assertEquals(5, assertInstanceOf(Executed.class, replica.command(session, 4, 0, 1)).position());
    assertInstanceOf(Committed.class, replica.command(session, 5, 0, 1));
    replica.restart();
    assertInstanceOf(Executed.class, replica.command(session, 4, 0, 1));
    long bytes = replica.saved().stream().mapToLong(Bytes::length).sum();
    assertTrue(bytes < 17 * MIB, "a checkpoint of " + bytes + " bytes");
  }
}
