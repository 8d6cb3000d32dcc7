package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.quorate.spi.config.Parameter;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.state.StateMachineFactory;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.StateStorage;

/**
 * What is installed, by kind and name; parts come and go while the node runs. Thread-safe. Of two
 * parts of one name the one that came first is used.
 */
public final class Services {
  /** Kinds of parts, with the word used in configuration. */
  enum Kind {
    STRATEGY("strategy", "consensus"),
    LOG("log", "log storage"),
    STORAGE("storage", "state storage"),
    STATE("state", "state machine");

    private final String word;
    private final String what;

    Kind(String word, String what) {
      this.word = word;
      this.what = what;
    }
  }

  /** The parts of one group that it keeps for life, all there. */
  record Parts(LogStorage log, StateStorage storage, StateMachineFactory stateMachine) {
    boolean durable() {
      return log.durable() && storage.durable();
    }
  }

  private final Map<Kind, Map<String, List<Object>>> all = new TreeMap<>();
  private final AtomicLong losses = new AtomicLong();
  private final List<Supplier<CompletableFuture<Void>>> listeners = new CopyOnWriteArrayList<>();

  public CompletableFuture<Void> add(ConsensusStrategy strategy) {
    return change(Kind.STRATEGY, strategy.name(), strategy, true);
  }

  public CompletableFuture<Void> add(LogStorage log) {
    return change(Kind.LOG, log.name(), log, true);
  }

  public CompletableFuture<Void> add(StateStorage storage) {
    return change(Kind.STORAGE, storage.name(), storage, true);
  }

  public CompletableFuture<Void> add(StateMachineFactory machine) {
    return change(Kind.STATE, machine.name(), machine, true);
  }

  /** Complete when no group uses it any more. */
  public CompletableFuture<Void> remove(ConsensusStrategy strategy) {
    return change(Kind.STRATEGY, strategy.name(), strategy, false);
  }

  /** Complete when no group uses it any more. */
  public CompletableFuture<Void> remove(LogStorage log) {
    return change(Kind.LOG, log.name(), log, false);
  }

  /** Complete when no group uses it any more. */
  public CompletableFuture<Void> remove(StateStorage storage) {
    return change(Kind.STORAGE, storage.name(), storage, false);
  }

  /** Complete when no group uses it any more. */
  public CompletableFuture<Void> remove(StateMachineFactory machine) {
    return change(Kind.STATE, machine.name(), machine, false);
  }

  private CompletableFuture<Void> change(Kind kind, String name, Object part, boolean comes) {
    synchronized (all) {
      List<Object> same =
          all.computeIfAbsent(kind, k -> new TreeMap<>())
              .computeIfAbsent(name, n -> new ArrayList<>());
      if (comes) {
        same.add(part);
      } else {
        same.remove(part);
        if (part instanceof LogStorage log && !log.durable()
            || part instanceof StateStorage state && !state.durable()) {
          losses.incrementAndGet();
        }
      }
    }
    return CompletableFuture.allOf(
        listeners.stream().map(Supplier::get).toArray(CompletableFuture<?>[]::new));
  }

  /** How often a storage went that held data in memory only: the data went with it. */
  long losses() {
    return losses.get();
  }

  /**
   * Called after each change; gives back when all groups have followed it.
   *
   * @return ends it: a node that is down follows nothing any more
   */
  Runnable listen(Supplier<CompletableFuture<Void>> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  private Object find(Kind kind, String name) {
    synchronized (all) {
      List<Object> same = all.getOrDefault(kind, Map.of()).getOrDefault(name, List.of());
      return same.isEmpty() ? null : same.get(0);
    }
  }

  /** The strategy of a name, or null. */
  ConsensusStrategy strategy(String name) {
    return (ConsensusStrategy) find(Kind.STRATEGY, name);
  }

  /** That the strategy is missing and what to do; null when it is there. */
  String missingStrategy(String name) {
    return missing(Kind.STRATEGY, name);
  }

  /** The parts that a group needs beside its strategies, or null when one is missing. */
  Parts parts(GroupManifest manifest) {
    if (missing(manifest) != null) {
      return null;
    }
    return new Parts(
        (LogStorage) find(Kind.LOG, manifest.log()),
        (StateStorage) find(Kind.STORAGE, manifest.config().storage()),
        (StateMachineFactory) find(Kind.STATE, manifest.stateMachine()));
  }

  /** Which of those parts is missing and what to do; null when all are there. */
  String missing(GroupManifest manifest) {
    String missing = missing(Kind.LOG, manifest.log());
    missing = missing != null ? missing : missing(Kind.STORAGE, manifest.config().storage());
    return missing != null ? missing : missing(Kind.STATE, manifest.stateMachine());
  }

  private String missing(Kind kind, String name) {
    if (find(kind, name) != null) {
      return null;
    }
    List<String> there = names().get(kind.word);
    return kind.word
        + " '"
        + name
        + "': no bundle provides it; install or start the bundle of this "
        + kind.what
        + " (there is: "
        + (there.isEmpty() ? "none" : String.join(", ", there))
        + ")";
  }

  /** The log storage of a name, or null. */
  LogStorage log(String name) {
    return (LogStorage) find(Kind.LOG, name);
  }

  /** The state storage of a name, or null. */
  StateStorage storage(String name) {
    return (StateStorage) find(Kind.STORAGE, name);
  }

  /** The log storages that are there. */
  List<LogStorage> logs() {
    List<LogStorage> logs = new ArrayList<>();
    for (String name : names().get(Kind.LOG.word)) {
      if (find(Kind.LOG, name) instanceof LogStorage log) {
        logs.add(log);
      }
    }
    return logs;
  }

  /** Settings of the node that plug-ins which are there take. */
  public List<Parameter> nodeParameters() {
    return logs().stream().flatMap(log -> log.parameters().stream()).toList();
  }

  /** What the log storages tell of themselves, by name. */
  Map<String, Map<String, Long>> logFigures() {
    Map<String, Map<String, Long>> figures = new TreeMap<>();
    logs().forEach(log -> figures.put(log.name(), log.figures()));
    return figures;
  }

  /** Names of what is there, by the word used in configuration. */
  public Map<String, List<String>> names() {
    Map<String, List<String>> names = new TreeMap<>();
    synchronized (all) {
      for (Kind kind : Kind.values()) {
        List<String> there = new ArrayList<>();
        all.getOrDefault(kind, Map.of())
            .forEach(
                (name, same) -> {
                  if (!same.isEmpty()) {
                    there.add(name);
                  }
                });
        names.put(kind.word, there);
      }
    }
    return names;
  }
}
