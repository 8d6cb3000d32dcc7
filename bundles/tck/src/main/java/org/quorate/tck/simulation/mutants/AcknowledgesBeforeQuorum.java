package org.quorate.tck.simulation.mutants;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.simulator.wrap.WrappedLoglet;
import org.quorate.simulator.wrap.WrappedStrategy;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.storage.Pending;

/**
 * Delivers a payload where it was submitted as soon as it is in the log there, before anyone else
 * has it. For strategies whose inner index is the log's.
 */
public final class AcknowledgesBeforeQuorum extends WrappedStrategy {
  public AcknowledgesBeforeQuorum(ConsensusStrategy strategy) {
    super(strategy);
  }

  @Override
  protected PureLoglet wrap(PureLoglet protocol) {
    return new WrappedLoglet(protocol) {
      private final List<Bytes> submitted = new ArrayList<>();
      private final List<Runnable> early = new ArrayList<>();
      private long delivered;

      @Override
      protected List<Event> before(List<Event> turn) {
        submitted.clear();
        for (Event event : turn) {
          if (event instanceof Event.Submitted s) {
            s.submissions().forEach(one -> submitted.add(one.payload()));
          }
        }
        return turn;
      }

      @Override
      public Pending append(long first, List<Bytes> records) {
        for (int i = 0; i < records.size(); i++) {
          Bytes record = records.get(i);
          long index = first + i;
          for (Bytes payload : submitted) {
            int from = record.length() - payload.length();
            if (from >= 0 && record.from(from).equals(payload)) {
              early.add(() -> deliver(index, payload));
              break;
            }
          }
        }
        return super.append(first, records);
      }

      @Override
      protected void after(List<Event> turn) {
        early.forEach(Runnable::run);
        early.clear();
      }

      @Override
      public void deliver(long inner, Bytes payload) {
        if (inner > delivered) {
          delivered = inner;
          super.deliver(inner, payload);
        }
      }
    };
  }
}
