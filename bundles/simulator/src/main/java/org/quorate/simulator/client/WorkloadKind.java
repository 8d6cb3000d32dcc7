package org.quorate.simulator.client;

import java.util.List;
import org.quorate.simulator.engine.Rng;

/**
 * Clients of another kind, in place of the usual ones but for those on single keys; chosen by name, found
 * by {@link java.util.ServiceLoader}. Stateless.
 */
public interface WorkloadKind {
  /** By which it is chosen. */
  String name();

  /** Limits of a strategy are drawn no smaller than this, in bytes: every command is. */
  default long commandBytes() {
    return 1_024;
  }

  /** The clients of one simulation; all choices come from the numbers given. */
  List<Actor> actors(Scene scene, Rng rng);
}
