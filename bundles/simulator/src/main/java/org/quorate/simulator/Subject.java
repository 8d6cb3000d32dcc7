package org.quorate.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.quorate.kv.KvStateMachineFactory;
import org.quorate.simulator.client.WorkloadKind;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.state.StateMachineFactory;
import org.quorate.spi.storage.files.LogOnFiles;

/**
 * What is put to the test: a strategy, a key-value state machine, and group options that replace
 * those the simulator would choose.
 *
 * @param others strategies that a swap may go to beside the first
 * @param logs what keeps the logs, on simulated files; null for a model at the level of records,
 *     which is faster
 * @param sabotage deliberate faults outside of the strategy, for tests of the checkers
 * @param workload clients of another kind; null for the usual ones
 */
public record Subject(
    ConsensusStrategy strategy,
    List<ConsensusStrategy> others,
    StateMachineFactory machines,
    Map<String, String> options,
    LogOnFiles logs,
    Sabotage sabotage,
    WorkloadKind workload) {
  /** Name of the model of logs at the level of records. */
  public static final String RECORDS = "records";

  /**
   * Deliberate faults.
   *
   * @param reuseSequences clients give some commands the sequence of the one before
   * @param lyingDisks logs say that a write is synced as soon as it is issued
   * @param hastyMarks a replica that moves its storage counts as moved before anything was copied
   */
  public record Sabotage(boolean reuseSequences, boolean lyingDisks, boolean hastyMarks) {
    public static final Sabotage NONE = new Sabotage(false, false, false);
  }

  public Subject {
    others = List.copyOf(others);
    options = Map.copyOf(new TreeMap<>(options));
  }

  /** All strategies of it, the one that groups begin with first. */
  public List<ConsensusStrategy> strategies() {
    List<ConsensusStrategy> all = new ArrayList<>();
    all.add(strategy);
    all.addAll(others);
    return all;
  }

  /** The strategy of a name, or null. */
  public ConsensusStrategy strategy(String name) {
    return strategies().stream().filter(s -> s.name().equals(name)).findFirst().orElse(null);
  }

  /** Swaps go to these too. */
  public Subject swappingTo(ConsensusStrategy... targets) {
    return new Subject(strategy, List.of(targets), machines, options, logs, sabotage, workload);
  }

  /** A strategy with the real state machine and nothing sabotaged. */
  public static Subject of(ConsensusStrategy strategy) {
    return new Subject(
        strategy, List.of(), new KvStateMachineFactory(), Map.of(), null, Sabotage.NONE, null);
  }

  public Subject with(ConsensusStrategy other) {
    return new Subject(other, others, machines, options, logs, sabotage, workload);
  }

  public Subject with(StateMachineFactory other) {
    return new Subject(strategy, others, other, options, logs, sabotage, workload);
  }

  public Subject with(Sabotage other) {
    return new Subject(strategy, others, machines, options, logs, other, workload);
  }

  public Subject with(Map<String, String> other) {
    return new Subject(strategy, others, machines, other, logs, sabotage, workload);
  }

  public Subject with(LogOnFiles other) {
    return new Subject(strategy, others, machines, options, other, sabotage, workload);
  }

  public Subject with(WorkloadKind other) {
    return new Subject(strategy, others, machines, options, logs, sabotage, other);
  }

  /** With the clients of a {@link WorkloadKind} of that name; empty if there is none. */
  public Optional<Subject> withWorkload(String name) {
    return kinds().filter(w -> w.name().equals(name)).findFirst().map(this::with);
  }

  /** Names of what {@link #withWorkload} takes. */
  public static List<String> workloads() {
    return kinds().map(WorkloadKind::name).sorted().toList();
  }

  private static Stream<WorkloadKind> kinds() {
    return ServiceLoader.load(WorkloadKind.class, Subject.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get);
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
