package org.quorate.simulator.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.Isolation;
import org.quorate.simulator.engine.Rng;
import org.quorate.simulator.linear.Operation;

/** The clients of one simulation and the history they leave behind. */
public final class Workload {
  /**
   * What clients do.
   *
   * @param clients those that read and write single keys
   * @param operations how many of these are called in all
   * @param registers keys with texts
   * @param counters keys with numbers
   * @param paddingBytes added to each text
   * @param level of the transactions on lists
   * @param transactions how many each of the transactors runs
   * @param persistent whether a transaction that lost reserves its keys and is run again in its turn
   * @param transfers how many each clerk of the bank makes
   * @param leases how many each holder takes
   * @param scans how many each scanner makes
   * @param watchers how many watch
   * @param reuseSequences a mutant: some commands get the sequence of the one before
   * @param kind whose clients are in place of transactors, clerks, scanners and holders; null for none
   */
  public record Shape(
      int clients,
      int operations,
      int registers,
      int counters,
      int paddingBytes,
      long thinkMeanMs,
      long sessionTtlMs,
      Isolation level,
      List<Integer> transactions,
      boolean persistent,
      List<Integer> transfers,
      List<Integer> leases,
      List<Integer> scans,
      int watchers,
      boolean reuseSequences,
      WorkloadKind kind) {}

  private final Shape shape;
  private final List<Operation> history = new ArrayList<>();
  private final List<Transacted> transacted = new ArrayList<>();
  private final WatchedChanges changes = new WatchedChanges();
  private final List<RegisterClient> clients = new ArrayList<>();
  private final List<Actor> actors = new ArrayList<>();
  private final List<Actor> followers = new ArrayList<>();
  private final Map<String, Integer> deltas = new HashMap<>();
  private int called;
  private int finished;
  private int indeterminate;

  public Workload(Shape shape, Cluster cluster, Rng rng) {
    this.shape = shape;
    for (int i = 1; i <= shape.clients(); i++) {
      clients.add(new RegisterClient(i, this, cluster, rng.split()));
    }
    int id = shape.clients();
    if (shape.kind() != null) {
      actors.addAll(shape.kind().actors(new Scene(this, cluster, id), rng.split()));
      return;
    }
    for (int count : shape.transactions()) {
      actors.add(new Transactor(++id, count, this, cluster, rng.split()));
    }
    for (int count : shape.transfers()) {
      actors.add(new Clerk(++id, count, this, cluster, rng.split()));
    }
    for (int count : shape.scans()) {
      actors.add(new Scanner(++id, count, this, cluster, rng.split()));
    }
    for (int count : shape.leases()) {
      followers.add(new LeaseHolder(++id, count, this, cluster, rng.split()));
    }
    for (int i = 0; i < shape.watchers(); i++) {
      followers.add(new Watcher(++id, this, cluster, rng.split()));
    }
  }

  Shape shape() {
    return shape;
  }

  WatchedChanges changes() {
    return changes;
  }

  /** Lets the clients begin. */
  public void start() {
    clients.forEach(RegisterClient::start);
    actors.forEach(Actor::start);
    followers.forEach(Actor::start);
  }

  /** Takes one of the operations to call; false when all are taken. */
  boolean take() {
    if (called == shape.operations()) {
      return false;
    }
    called++;
    return true;
  }

  /**
   * The next increment of a counter: each another power of two, so that a sum tells what went into
   * it; 0 when all are used. Taken by {@link #took}.
   */
  long delta(String counter) {
    int used = deltas.getOrDefault(counter, 0);
    return used < 60 ? 1L << used : 0;
  }

  void took(String counter) {
    deltas.merge(counter, 1, Integer::sum);
  }

  void finished(Operation operation) {
    finished++;
    if (operation != null) {
      history.add(operation);
      indeterminate += operation.returned() ? 0 : 1;
    }
  }

  /** A read that is a part of something else. */
  void first(Operation read) {
    history.add(read);
  }

  void transacted(Transacted transaction) {
    transacted.add(transaction);
  }

  /** Operations whose fate the clients learned or gave up on. */
  public int done() {
    return finished;
  }

  /** Whether every operation and transaction is over: nobody renews anything any more. */
  public boolean complete() {
    return finished == shape.operations() && actors.stream().allMatch(Actor::complete);
  }

  /** Whether also what follows is over: leases have ended, watches have seen the last change. */
  public boolean followed() {
    return followers.stream().allMatch(Actor::complete);
  }

  public int indeterminate() {
    return indeterminate;
  }

  /** What clients did to single keys and saw. */
  public List<Operation> history() {
    return history;
  }

  /** What transactions did and saw. */
  public List<Transacted> transactions() {
    return transacted;
  }

  /** What watches did not see; null for nothing. */
  public String missed() {
    return changes.missed();
  }

  /** Who waits for what, for a report. */
  public String waiting() {
    StringBuilder text = new StringBuilder();
    clients.forEach(c -> text.append(c.waiting()));
    actors.forEach(a -> text.append(a.waiting()));
    followers.forEach(a -> text.append(a.waiting()));
    return text.toString();
  }
}
