package org.quorate.simulator;

import java.util.Map;
import java.util.TreeMap;
import org.quorate.kv.KvStateMachineFactory;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.state.StateMachineFactory;

/**
 * What is put to the test: a strategy, a key-value state machine, and group options that replace
 * those the simulator would choose.
 *
 * @param sabotage deliberate faults outside of the strategy, for tests of the checkers
 */
public record Subject(
    ConsensusStrategy strategy,
    StateMachineFactory machines,
    Map<String, String> options,
    Sabotage sabotage) {
  /**
   * Deliberate faults.
   *
   * @param reuseSequences clients give some commands the sequence of the one before
   * @param lyingDisks logs say that a write is synced as soon as it is issued
   */
  public record Sabotage(boolean reuseSequences, boolean lyingDisks) {
    public static final Sabotage NONE = new Sabotage(false, false);
  }

  public Subject {
    options = Map.copyOf(new TreeMap<>(options));
  }

  /** A strategy with the real state machine and nothing sabotaged. */
  public static Subject of(ConsensusStrategy strategy) {
    return new Subject(strategy, new KvStateMachineFactory(), Map.of(), Sabotage.NONE);
  }

  public Subject with(ConsensusStrategy other) {
    return new Subject(other, machines, options, sabotage);
  }

  public Subject with(StateMachineFactory other) {
    return new Subject(strategy, other, options, sabotage);
  }

  public Subject with(Sabotage other) {
    return new Subject(strategy, machines, options, other);
  }

  public Subject with(Map<String, String> other) {
    return new Subject(strategy, machines, other, sabotage);
  }
}
