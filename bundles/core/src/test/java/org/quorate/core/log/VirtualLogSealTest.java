package org.quorate.core.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Committed;
import org.quorate.api.Outcome.NotLeader;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Proposal;
import org.quorate.core.state.GroupStore;
import org.quorate.core.state.TreeStateStore;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateView;

/** The first seal decided is the last record that counts, over a restart too. */
class VirtualLogSealTest {
  private static final StateMachine MACHINE =
      new StateMachine() {
        @Override
        public Bytes apply(ApplyContext context, Bytes command) {
          context.put(command, command);
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
  private VirtualLog log = open();
  private long inner;

  private VirtualLog open() {
    return new VirtualLog(
        store, MACHINE, 7, Chain.genesis("any"), (origin, ticket, o) -> outcomes.put(ticket, o));
  }

  private Outcome deliver(LogRecord record) {
    inner++;
    log.deliver(inner, LogRecord.encode(1, inner, record));
    return outcomes.get(inner);
  }

  private static LogRecord put(String what) {
    return new LogRecord.Command(Bytes.utf8("n1"), Proposal.bare(Bytes.utf8(what)));
  }

  @Test
  void nothingIsExecutedAfterTheSeal() {
    deliver(put("before"));
    assertInstanceOf(Committed.class, deliver(new LogRecord.Seal(5)));
    assertInstanceOf(NotLeader.class, deliver(put("after")));
    assertInstanceOf(NotLeader.class, deliver(new LogRecord.OpenSession(1000)));
    assertEquals(5, log.sealedBy());
    assertEquals(2, log.position());
    assertEquals(1, log.version());
    assertEquals(inner, log.inner());
    assertEquals(null, log.view().get(Bytes.utf8("after")));
  }

  @Test
  void theFirstPlanWins() {
    deliver(new LogRecord.Seal(5));
    assertInstanceOf(Rejected.class, deliver(new LogRecord.Seal(6)));
    assertInstanceOf(Committed.class, deliver(new LogRecord.Seal(5)));
    assertEquals(5, log.sealedBy());
    assertEquals(1, log.position());
  }

  @Test
  void aRestartKnowsTheSeal() {
    deliver(new LogRecord.Seal(5));
    log.save(Bytes.EMPTY);
    log = open();
    assertEquals(5, log.sealedBy());
    assertInstanceOf(NotLeader.class, deliver(put("after")));
  }
}
