package org.quorate.certify;

import java.util.Map;
import java.util.TreeMap;

/** The protocol with one rule broken at a time. */
final class Mutants {
  private Mutants() {}

  static Map<String, Rules> all() {
    Map<String, Rules> all = new TreeMap<>();
    all.put("ignores its promise", new IgnoresPromise());
    all.put("counts itself before its disk has it", new CountsItselfUndurable());
    all.put("acknowledges order without payload", new AcknowledgesOrderAlone());
    all.put("begins a view with its own log", new TakesItsOwnLog());
    all.put("makes a no-op of what may be stable", new VoidsAnything());
    all.put("takes a slot for the same that another view gave to another", new ReusesSlots());
    return all;
  }

  static final class IgnoresPromise extends Rules {
    @Override
    boolean keepsPromises() {
      return false;
    }
  }

  static final class CountsItselfUndurable extends Rules {
    @Override
    long counted(Disk disk, SlotLog log) {
      return log.complete();
    }
  }

  static final class AcknowledgesOrderAlone extends Rules {
    @Override
    long acknowledged(SlotLog log, long matched) {
      return matched;
    }
  }

  static final class TakesItsOwnLog extends Rules {
    @Override
    boolean takesBetterLogs() {
      return false;
    }
  }

  static final class VoidsAnything extends Rules {
    @Override
    boolean mayVoid(boolean nobodyKept) {
      return true;
    }
  }

  static final class ReusesSlots extends Rules {
    @Override
    boolean sameSlot(View have, View told) {
      return true;
    }
  }

  /** Needs three views in which all but one member die at the right moments: seeds hardly find it. */
  static final class CountsEarlierViews extends Rules {
    @Override
    boolean counts(View view, View ordered) {
      return true;
    }
  }

  /** Sessions hide it from applications; only who looks at slots sees a payload twice. */
  static final class ResubmitsUnderNewIds extends Rules {
    @Override
    boolean keepsMessageIds() {
      return false;
    }
  }

  /** Costs throughput alone: {@link CommitsResumeTest} counts it. */
  static final class NeverSetsAside extends Rules {
    @Override
    boolean setsAside() {
      return false;
    }
  }
}
