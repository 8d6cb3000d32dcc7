package org.quorate.certify;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Encoder;
import org.quorate.simulator.Subject;
import org.quorate.simulator.wrap.WrappedStrategy;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Recovered;
import org.quorate.tck.simulation.MutantContract;

class CertifyMutantsAreCaughtTest extends MutantContract {
  @Override
  protected ConsensusStrategy strategy() {
    return new CertifyStrategy();
  }

  @Override
  protected Map<String, Subject> mutants() {
    Map<String, Subject> all = new TreeMap<>();
    all.put("forgets its promise", Subject.of(new ForgetsItsPromise()));
    Mutants.all().forEach((name, rules) -> all.put(name, Subject.of(new CertifyStrategy(rules))));
    return all;
  }

  @Test
  void resubmissionUnderNewIdsIsCaught() {
    AssertionError caught = null;
    for (long seed = 1; seed <= 50 && caught == null; seed++) {
      try {
        new CertifySchedule(seed, new Mutants.ResubmitsUnderNewIds()).run(3000);
      } catch (AssertionError e) {
        caught = e;
      }
    }
    assertNotNull(caught);
  }

  /** A restart knows the view of its log, but not what it has promised since. */
  private static final class ForgetsItsPromise extends WrappedStrategy {
    ForgetsItsPromise() {
      super(new CertifyStrategy());
    }

    @Override
    protected Recovered recovered(Recovered found) {
      if (found.stable() == null) {
        return found;
      }
      View last = View.NONE;
      for (Bytes record : found.records()) {
        last = Entry.decode(record).view;
      }
      Encoder out = new Encoder().raw(found.stable().slice(0, 9));
      last.encode(out);
      return new Recovered(
          out.raw(found.stable().from(9 + View.BYTES)).take(),
          found.first(),
          found.records(),
          found.applied(),
          found.linkState());
    }
  }
}
