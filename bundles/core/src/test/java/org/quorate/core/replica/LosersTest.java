package org.quorate.core.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.Isolation;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Aborted;
import org.quorate.api.Proposal;
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

/** Losers with an intent are answered one after the other, each when the one before has gone. */
class LosersTest {
  private static final Bytes KEY = Bytes.utf8("k");
  private static final int HINT = 33;

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
          (origin, ticket, outcome) -> outcomes(outcome),
          inner -> null);
  private final Losers losers = new Losers(log);
  private final List<String> told = new ArrayList<>();
  private final List<Long> sessions = new ArrayList<>();
  private Outcome last;
  private long inner;

  private void outcomes(Outcome outcome) {
    last = outcome;
  }

  private void deliver(LogRecord record) {
    inner++;
    log.deliver(inner, LogRecord.encode(1, inner, record));
  }

  private Proposal proposal(int client, long sequence, long snapshot, int reserve) {
    Transaction transaction =
        new Transaction(
            snapshot, Isolation.STRICT, List.of(KEY), List.of(), List.of(KEY), 5, reserve);
    return new Proposal(sessions.get(client), sequence, 0, KEY, transaction);
  }

  private void propose(Proposal proposal) {
    deliver(new LogRecord.Command(Bytes.utf8("n1"), proposal));
  }

  private void lose(int client, int reserve) {
    Proposal proposal = proposal(client, 1, 0, reserve);
    propose(proposal);
    Aborted lost = (Aborted) last;
    losers.add(
        proposal,
        lost.conflict(),
        HINT,
        0,
        outcome -> told.add(client + " " + ((Aborted) outcome).conflict().retryAfterMs()));
  }

  @BeforeEach
  void sessions() {
    for (int i = 0; i < 4; i++) {
      deliver(new LogRecord.OpenSession(10_000));
      sessions.add(log.position());
    }
    deliver(new LogRecord.Command(Bytes.utf8("n1"), Proposal.bare(KEY)));
    for (int i = 0; i < 3; i++) {
      lose(i, 100);
    }
  }

  @Test
  void eachIsToldWhenItsTurnHasComeToTryAtOnce() {
    assertEquals(List.of("0 0"), told);
    losers.turned();
    assertEquals(List.of("0 0"), told);
    propose(proposal(0, 2, log.version(), 100));
    losers.turned();
    assertEquals(List.of("0 0", "1 0"), told);
    deliver(new LogRecord.CloseSession(sessions.get(1)));
    losers.turned();
    assertEquals(List.of("0 0", "1 0", "2 0"), told);
    assertEquals(0, losers.size());
  }

  @Test
  void whoHasNoIntentIsToldAtOnceToWait() {
    lose(3, 0);
    assertEquals(List.of("0 0", "3 " + HINT), told);
  }

  @Test
  void nobodyWaitsForEverForOneThatIsGone() {
    losers.expire(Losers.LONGEST_MS - 1);
    assertEquals(List.of("0 0"), told);
    losers.expire(Losers.LONGEST_MS);
    assertEquals(List.of("0 0", "1 0", "2 0"), told);
  }
}
