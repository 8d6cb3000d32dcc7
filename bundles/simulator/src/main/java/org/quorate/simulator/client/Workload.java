package org.quorate.simulator.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.simulator.engine.Rng;
import org.quorate.simulator.linear.Operation;

/** The clients of one simulation and the history they leave behind. */
public final class Workload {
  /**
   * What clients do.
   *
   * @param operations how many are called in all
   * @param registers keys with texts
   * @param counters keys with numbers
   * @param reuseSequences a mutant: some commands get the sequence of the one before
   */
  public record Shape(
      int clients,
      int operations,
      int registers,
      int counters,
      long thinkMeanMs,
      long sessionTtlMs,
      boolean reuseSequences) {}

  private final Shape shape;
  private final List<Operation> history = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  private final Map<String, Integer> deltas = new HashMap<>();
  private int called;
  private int finished;
  private int indeterminate;

  public Workload(Shape shape, Cluster cluster, Rng rng) {
    this.shape = shape;
    for (int i = 1; i <= shape.clients(); i++) {
      clients.add(new Client(i, this, cluster, rng.split()));
    }
  }

  Shape shape() {
    return shape;
  }

  /** Lets the clients begin. */
  public void start() {
    clients.forEach(Client::start);
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

  /** A read that another operation follows as its second half. */
  void first(Operation read) {
    history.add(read);
  }

  /** Operations whose fate the clients learned or gave up on. */
  public int done() {
    return finished;
  }

  /** Whether every operation is over. */
  public boolean complete() {
    return finished == shape.operations();
  }

  public int indeterminate() {
    return indeterminate;
  }

  /** What clients did and saw. */
  public List<Operation> history() {
    return history;
  }

  /** Who waits for what, for a report. */
  public String waiting() {
    StringBuilder text = new StringBuilder();
    clients.forEach(c -> text.append(c.waiting()));
    return text.toString();
  }
}
