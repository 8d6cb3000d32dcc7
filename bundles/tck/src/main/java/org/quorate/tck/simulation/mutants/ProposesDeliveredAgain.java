package org.quorate.tck.simulation.mutants;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.log.LogRecord;
import org.quorate.simulator.wrap.WrappedLoglet;
import org.quorate.simulator.wrap.WrappedStrategy;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.consensus.Submission;

/** Over a seal also what the link before has delivered is proposed anew: it is executed twice. */
public final class ProposesDeliveredAgain extends WrappedStrategy {
  private final Map<NodeId, Bytes> delivered = new HashMap<>();

  public ProposesDeliveredAgain(ConsensusStrategy strategy) {
    super(strategy);
  }

  @Override
  protected PureLoglet wrap(LinkContext link, PureLoglet protocol) {
    NodeId node = link.self().node();
    return new WrappedLoglet(protocol) {
      private boolean begun = link.planId() == 0;

      @Override
      public void deliver(long inner, Bytes payload) {
        LogRecord record = LogRecord.decode(payload).record();
        if (record instanceof LogRecord.Command c && c.proposal().session() == 0) {
          synchronized (delivered) {
            delivered.put(node, payload);
          }
        }
        super.deliver(inner, payload);
      }

      @Override
      protected List<Event> before(List<Event> turn) {
        if (begun || !protocol.status().proposer()) {
          return turn;
        }
        begun = true;
        Bytes again;
        synchronized (delivered) {
          again = delivered.get(node);
        }
        if (again == null) {
          return turn;
        }
        List<Event> more = new ArrayList<>(turn);
        more.add(new Event.Submitted(List.of(new Submission(0, again))));
        return more;
      }
    };
  }
}
