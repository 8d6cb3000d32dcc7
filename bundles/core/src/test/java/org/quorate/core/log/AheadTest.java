package org.quorate.core.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.core.log.VirtualLog.Upcoming;
import org.quorate.core.state.GroupStore;
import org.quorate.core.state.TreeStateStore;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.Footprint;
import org.quorate.spi.state.Prepared;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateView;
import org.quorate.spi.storage.StateCursor;

/** Footprints decide what is worked out beside what; that a result counts they do not decide. */
class AheadTest {
  private static final Bytes SUM = Bytes.utf8("sum");

  /**
   * Each command adds its length to one sum and tells it, the first by reading the key, longer ones
   * by a scan; the footprint names none of that.
   */
  private static class Liar implements StateMachine {
    private long sum(StateView view, Bytes command) {
      if (command.length() == 1) {
        Bytes now = view.get(SUM);
        return now == null ? 0 : now.longAt(0);
      }
      try (StateCursor cursor = view.scan(Bytes.utf8("s"), Bytes.utf8("t"))) {
        return cursor.next() ? cursor.value().longAt(0) : 0;
      }
    }

    @Override
    public Bytes apply(ApplyContext context, Bytes command) {
      return prepare(context, command).complete(context);
    }

    @Override
    public Prepared prepare(ApplyContext context, Bytes command) {
      Bytes sum = Bytes.ofLong(sum(context, command) + command.length());
      return into -> {
        into.put(SUM, sum);
        return sum;
      };
    }

    @Override
    public Footprint footprint(Bytes command) {
      return new Footprint(List.of(), List.<KeyRange>of(), true, command.length());
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
  }

  private final List<Long> answers = new ArrayList<>();
  private VirtualLog log;

  private Ahead run(StateMachine machine, String... commands) {
    log =
        new VirtualLog(
            new GroupStore(new TreeStateStore()),
            machine,
            7,
            Chain.genesis("any", new Membership(1, List.of())),
            (origin, ticket, outcome) ->
                answers.add(((Outcome.Committed) outcome).result().longAt(0)),
            inner -> null);
    List<Upcoming> records = new ArrayList<>();
    for (int i = 0; i < commands.length; i++) {
      Bytes payload =
          LogRecord.encode(
              1,
              i,
              new LogRecord.Command(Bytes.utf8("n1"), Proposal.bare(Bytes.utf8(commands[i]))));
      records.add(new Upcoming(i + 1, payload, false));
    }
    Ahead ahead = log.ahead(records, 1);
    ahead.work();
    log.expect(ahead);
    records.subList(0, ahead.records()).forEach(r -> log.deliver(r.inner(), r.payload()));
    return ahead;
  }

  @Test
  void whatWasReadAndIsWrittenSinceDoesNotCount() {
    assertEquals(4, run(new Liar(), "a", "b", "cc", "d").size());
    assertEquals(List.of(1L, 2L, 4L, 5L), answers);
    assertEquals(1, log.prepared(), "the first alone");
  }

  @Test
  void aMachineThatThrowsOrWritesTooEarlyIsAskedAgainAtTheCommandsTurn() {
    StateMachine early =
        new Liar() {
          private boolean rehearsing = true;

          @Override
          public Prepared prepare(ApplyContext context, Bytes command) {
            if (rehearsing) {
              rehearsing = false;
              assertThrows(IllegalStateException.class, () -> context.put(SUM, SUM));
              assertThrows(IllegalStateException.class, () -> context.wrote(SUM));
              throw new IllegalStateException("broken");
            }
            return super.prepare(context, command);
          }
        };
    run(early, "a", "b");
    assertEquals(List.of(1L, 2L), answers);
  }

  @Test
  void whatNoOneKnowsTheFootprintOfIsExecutedAlone() {
    StateMachine silent =
        new Liar() {
          @Override
          public Footprint footprint(Bytes command) {
            return null;
          }
        };
    Ahead ahead = run(silent, "a", "b");
    assertEquals(1, ahead.records());
    assertEquals(0, ahead.size());
  }
}
