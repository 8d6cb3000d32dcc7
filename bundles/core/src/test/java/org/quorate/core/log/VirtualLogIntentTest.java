package org.quorate.core.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict.Reason;
import org.quorate.api.Isolation;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Aborted;
import org.quorate.api.Outcome.Committed;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.Proposal;
import org.quorate.api.Transaction;
import org.quorate.core.state.GroupStore;
import org.quorate.core.state.TreeStateStore;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateView;

/** A loser reserves its key and wins the next time; a restart in between changes nothing. */
class VirtualLogIntentTest {
  private static final Bytes KEY = Bytes.utf8("k");
  private static final Bytes NODE = Bytes.utf8("n1");

  private static final StateMachine MACHINE =
      new StateMachine() {
        @Override
        public Bytes apply(ApplyContext context, Bytes command) {
          context.put(command, command);
          context.wrote(command);
          return command;
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

  private final Map<Long, Outcome> outcomes = new HashMap<>();
  private final GroupStore store = new GroupStore(new TreeStateStore());
  private VirtualLog log = open(7);
  private long inner;
  private long holder;
  private long other;

  private VirtualLog open(long history) {
    return new VirtualLog(
        store,
        MACHINE,
        history,
        Chain.genesis("any", new Membership(1, List.of())),
        (origin, ticket, o) -> outcomes.put(ticket, o),
        inner -> null);
  }

  private Outcome deliver(LogRecord record) {
    inner++;
    log.deliver(inner, LogRecord.encode(1, inner, record));
    return outcomes.get(inner);
  }

  private Outcome propose(long session, long sequence, long snapshot, int reserve) {
    Transaction transaction =
        new Transaction(
            snapshot, Isolation.STRICT, List.of(KEY), List.of(), List.of(KEY), 5, reserve);
    return deliver(
        new LogRecord.Command(NODE, new Proposal(session, sequence, 0, KEY, transaction)));
  }

  private static Reason reason(Outcome outcome) {
    return assertInstanceOf(Aborted.class, outcome).conflict().reason();
  }

  @BeforeEach
  void sessions() {
    deliver(new LogRecord.OpenSession(10_000));
    holder = log.position();
    deliver(new LogRecord.OpenSession(10_000));
    other = log.position();
    deliver(new LogRecord.Command(NODE, Proposal.bare(KEY)));
    assertEquals(1, log.version());
  }

  @Test
  void aLoserThatReservedItsKeyWinsTheNextTime() {
    assertEquals(Reason.READ_WRITE, reason(propose(holder, 1, 0, 100)));
    assertEquals(Reason.INTENT, reason(propose(other, 1, 1, 0)));
    log.save(Bytes.EMPTY);
    log = open(7);
    assertEquals(Reason.INTENT, reason(propose(other, 2, 1, 0)));
    assertInstanceOf(Committed.class, propose(holder, 2, 1, 100));
    assertEquals(Reason.READ_WRITE, reason(propose(other, 3, 1, 0)));
    assertInstanceOf(Committed.class, propose(other, 4, 2, 0));
  }

  @Test
  void aLateCopyOfATransactionThatMetAnIntentLosesToo() {
    propose(holder, 1, 0, 100);
    assertEquals(Reason.INTENT, reason(propose(other, 1, 1, 0)));
    deliver(new LogRecord.CloseSession(holder));
    assertEquals(Reason.INTENT, reason(propose(other, 1, 1, 0)));
    assertEquals(1, log.version());
    assertInstanceOf(Committed.class, propose(other, 2, 1, 0));
  }

  @Test
  void aCommandWithoutTransactionHeedsNoIntent() {
    propose(holder, 1, 0, 100);
    assertInstanceOf(Committed.class, deliver(new LogRecord.Command(NODE, Proposal.bare(KEY))));
  }

  @Test
  void aSnapshotFromElsewhereIsRefusedByName() {
    assertEquals(
        Rejection.FUTURE_SNAPSHOT,
        assertInstanceOf(Rejected.class, propose(other, 1, 9, 0)).code());
  }

  /** The parent had 9 versions, the fork takes 1 of them over; then the child has more than 9. */
  @Test
  void aSnapshotOfTheHistoryBeforeAForkIsNeverCertified() {
    Membership parents = new Membership(1, List.of());
    Member founder = new Member(NodeId.of("n1"), 5, Role.VOTER);
    log.fork(8, new Fork(7, founder, log.position(), log.position(), 1, 0, parents));
    deliver(new LogRecord.Command(NODE, Proposal.bare(KEY)));
    for (int i = 0; i < 10; i++) {
      deliver(new LogRecord.Command(NODE, Proposal.bare(Bytes.utf8("another"))));
    }
    for (int snapshot = 0; snapshot < 10; snapshot++) {
      assertEquals(Reason.HORIZON, reason(propose(other, 1, snapshot, 0)), "at " + snapshot);
    }
    log.save(Bytes.EMPTY);
    log = open(8);
    assertEquals(Reason.HORIZON, reason(propose(other, 1, 9, 0)));
    assertInstanceOf(Committed.class, propose(other, 1, log.version(), 0));
  }
}
