package org.quorate.core.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.Gtid;
import org.quorate.api.Isolation;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome.Answered;
import org.quorate.api.Transaction;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogRecord;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.state.GroupStore;
import org.quorate.core.state.TreeStateStore;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateView;

/** Losers of one key wait for their turns, each with what it will read. */
class TurnsTest {
  private static final Bytes KEY = Bytes.utf8("k");
  private static final long INTENT = 5;

  private static final StateMachine MACHINE =
      new StateMachine() {
        @Override
        public Bytes apply(ApplyContext context, Bytes command) {
          context.wrote(command);
          return command;
        }

        @Override
        public void leaseEnded(ApplyContext context, long lease) {}

        @Override
        public Bytes query(StateView view, Bytes query) {
          return query;
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

  private final VirtualLog log =
      new VirtualLog(
          new GroupStore(new TreeStateStore()),
          MACHINE,
          7,
          Chain.genesis("any", new Membership(1, List.of())),
          (origin, ticket, outcome) -> last = outcome,
          inner -> null);
  private final Reads reads = new Reads(log, MACHINE, null);
  private final List<String> answered = new ArrayList<>();
  private final List<Long> sessions = new ArrayList<>();
  private Outcome last;
  private long inner;
  private long ticket;

  private void deliver(LogRecord record) {
    inner++;
    log.deliver(inner, LogRecord.encode(1, inner, record));
  }

  private Outcome propose(int client, long sequence, long snapshot) {
    Transaction transaction =
        new Transaction(
            snapshot, Isolation.STRICT, List.of(KEY), List.of(), List.of(KEY), INTENT, 100);
    Proposal proposal = new Proposal(sessions.get(client), sequence, 0, KEY, transaction);
    deliver(new LogRecord.Command(Bytes.utf8("n1"), proposal));
    return last;
  }

  private void read(int client) {
    read(client, log.version());
  }

  private void read(int client, long least) {
    Reads.Read read =
        new Reads.Read(
            ++ticket,
            KEY,
            outcome -> answered.add(client + " at " + ((Answered) outcome).gtid().version()));
    reads.turn(read, new ReadLevel.Turn(new Gtid(7, least), sessions.get(client), INTENT), 0);
    turned();
  }

  private void turned() {
    reads.turned();
    reads.applied(reads::answer);
  }

  @BeforeEach
  void threeLosers() {
    for (int i = 0; i < 3; i++) {
      deliver(new LogRecord.OpenSession(60_000));
      sessions.add(log.position());
    }
    deliver(new LogRecord.Command(Bytes.utf8("n1"), Proposal.bare(KEY)));
    for (int i = 0; i < 3; i++) {
      assertInstanceOf(Outcome.Aborted.class, propose(i, 1, 0));
    }
  }

  @Test
  void eachReadsWhenItsTurnHasComeWhatTheOneBeforeItWrote() {
    read(2);
    read(1);
    read(0);
    assertEquals(List.of("0 at 1"), answered);
    assertInstanceOf(Outcome.Committed.class, propose(0, 2, 1));
    turned();
    assertEquals(List.of("0 at 1", "1 at 2"), answered);
    assertInstanceOf(Outcome.Committed.class, propose(1, 2, 2));
    turned();
    assertEquals(List.of("0 at 1", "1 at 2", "2 at 3"), answered);
    assertInstanceOf(Outcome.Committed.class, propose(2, 2, 3));
  }

  @Test
  void oneWhoseClientIsGoneOrWhoseSessionEndsGivesWay() {
    read(1);
    read(2);
    deliver(new LogRecord.GiveWay(sessions.get(0)));
    turned();
    assertEquals(List.of("1 at 1"), answered);
    deliver(new LogRecord.CloseSession(sessions.get(1)));
    turned();
    assertEquals(List.of("1 at 1", "2 at 1"), answered);
  }

  @Test
  void oneThatIsSilentGivesWayInOrderedTime() {
    read(1);
    long step = 250;
    for (int steps = 1; answered.isEmpty(); steps++) {
      assertEquals(true, steps <= 4, "still waiting at " + log.sessions().timeMs());
      deliver(new LogRecord.TimeStep(log.sessions().timeMs(), step));
      turned();
    }
    assertEquals(List.of("1 at 1"), answered);
    assertInstanceOf(Outcome.Committed.class, propose(1, 2, 1));
    assertInstanceOf(Outcome.Aborted.class, propose(0, 2, 1), "its turn is over");
  }

  @Test
  void nobodyWaitsForMoreThanASecondNorWithoutAnIntent() {
    read(1);
    reads.expireTurns(Reads.LONGEST_TURN_MS - 1);
    turned();
    assertEquals(List.of(), answered);
    reads.expireTurns(Reads.LONGEST_TURN_MS);
    turned();
    assertEquals(List.of("1 at 1"), answered);
    deliver(new LogRecord.GiveWay(sessions.get(2)));
    read(2);
    assertEquals(List.of("1 at 1", "2 at 1"), answered);
  }

  @Test
  void aReplicaThatIsBehindAnswersWhenItHasSeenWhatTheLoserSaw() {
    read(0, 2);
    assertEquals(List.of(), answered);
    deliver(new LogRecord.Command(Bytes.utf8("n1"), Proposal.bare(KEY)));
    turned();
    assertEquals(List.of("0 at 2"), answered);
  }

  @Test
  void aReadThatIsGivenUpIsForgotten() {
    read(1);
    reads.forget(ticket);
    deliver(new LogRecord.GiveWay(sessions.get(0)));
    turned();
    assertEquals(List.of(), answered);
    assertEquals(List.of(), reads.askAgain());
  }
}
