package org.quorate.simulator;

import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.quorate.kv.KvStateMachineFactory;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.state.StateMachineFactory;
import org.quorate.spi.storage.files.LogOnFiles;

/**
 * What is put to the test: a strategy, a key-value state machine, and group options that replace
 * those the simulator would choose.
 *
 * @param logs what keeps the logs, on simulated files; null for a model at the level of records,
 *     which is faster
 * @param sabotage deliberate faults outside of the strategy, for tests of the checkers
 */
public record Subject(
    ConsensusStrategy strategy,
    StateMachineFactory machines,
    Map<String, String> options,
    LogOnFiles logs,
    Sabotage sabotage) {
  /** Name of the model of logs at the level of records. */
  public static final String RECORDS = "records";

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
    return new Subject(strategy, new KvStateMachineFactory(), Map.of(), null, Sabotage.NONE);
  }

  public Subject with(ConsensusStrategy other) {
    return new Subject(other, machines, options, logs, sabotage);
  }

  public Subject with(StateMachineFactory other) {
    return new Subject(strategy, other, options, logs, sabotage);
  }

  public Subject with(Sabotage other) {
    return new Subject(strategy, machines, options, logs, other);
  }

  public Subject with(Map<String, String> other) {
    return new Subject(strategy, machines, other, logs, sabotage);
  }

  public Subject with(LogOnFiles other) {
    return new Subject(strategy, machines, options, other, sabotage);
  }

  /**
   * With logs by a {@link LogOnFiles} that {@link ServiceLoader} finds, or {@link #RECORDS}; empty if
   * there is none of that name.
   */
  public Optional<Subject> withDisk(String name) {
    if (name.equals(RECORDS)) {
      return Optional.of(with((LogOnFiles) null));
    }
    return ServiceLoader.load(LogOnFiles.class, Subject.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .filter(l -> l.name().equals(name))
        .findFirst()
        .map(this::with);
  }
}
