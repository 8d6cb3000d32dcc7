package org.quorate.simulator;

import java.io.PrintStream;

/**
 * How each seed is run.
 *
 * @param operations client operations per seed, at least
 * @param faultyMs longest time of the phase with faults, virtual milliseconds
 * @param progressMs time in which a healed group must finish all operations and converge
 * @param linearizabilityBudget steps of the search per key
 * @param trace where one line per event is printed; null for nowhere
 */
public record SimulationOptions(
    int operations, long faultyMs, long progressMs, long linearizabilityBudget, PrintStream trace) {
  /** At least 200 operations, 30 s of faults, 60 s to recover. */
  public static final SimulationOptions DEFAULTS =
      new SimulationOptions(200, 30_000, 60_000, 2_000_000, null);

  /** The same with a trace. */
  public SimulationOptions withTrace(PrintStream out) {
    return new SimulationOptions(operations, faultyMs, progressMs, linearizabilityBudget, out);
  }
}
