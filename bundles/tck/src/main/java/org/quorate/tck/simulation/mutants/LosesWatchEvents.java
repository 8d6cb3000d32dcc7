package org.quorate.tck.simulation.mutants;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.kv.KvEvent;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.config.Options;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateMachineFactory;
import org.quorate.spi.state.StateView;

/** Leaves the last event out of every eighth answer with changes. */
public final class LosesWatchEvents implements StateMachineFactory {
  @Override
  public String name() {
    return "loses-watch-events";
  }

  @Override
  public StateMachine create(Options options) {
    return new WrappedMachine() {
      private int answers;

      @Override
      public Bytes query(StateView view, Bytes query) {
        Bytes answer = super.query(view, query);
        KvResult result = KvResult.decode(answer);
        boolean loses =
            result instanceof KvResult.ChangesDone c && !c.events().isEmpty() && ++answers % 8 == 0;
        if (!loses) {
          return answer;
        }
        KvResult.ChangesDone changes = (KvResult.ChangesDone) result;
        List<KvEvent> rest = changes.events().subList(0, changes.events().size() - 1);
        return new KvResult.ChangesDone(changes.revision(), rest, changes.upTo()).encode();
      }
    };
  }
}
