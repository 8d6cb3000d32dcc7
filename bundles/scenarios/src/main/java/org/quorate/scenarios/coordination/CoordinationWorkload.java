package org.quorate.scenarios.coordination;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.quorate.api.GroupAccess;
import org.quorate.scenarios.Stage;
import org.quorate.simulator.client.Actor;
import org.quorate.simulator.client.Scene;
import org.quorate.simulator.client.WorkloadKind;
import org.quorate.simulator.engine.Rng;

/**
 * Processes with a native coordinator each. Contenders open sessions, wait for locks, and count under
 * them by transactions that hold only for the lock's token; they are killed and frozen. Observers watch
 * what is counted, across kills of their own.
 */
public final class CoordinationWorkload implements WorkloadKind {
  private final UnaryOperator<GroupAccess> saboteur;

  /** A sound one. */
  public CoordinationWorkload() {
    this(UnaryOperator.identity());
  }

  /**
   * Perhaps a broken one, for tests of the checks.
   *
   * @param saboteur what becomes of each process's way to the group
   */
  public CoordinationWorkload(UnaryOperator<GroupAccess> saboteur) {
    this.saboteur = saboteur;
  }

  @Override
  public String name() {
    return "coordination";
  }

  @Override
  public List<Actor> actors(Scene scene, Rng rng) {
    Stage stage = new Stage(scene, saboteur);
    LockWitness locks = new LockWitness(scene);
    CountWitness counts = new CountWitness(scene);
    List<Actor> actors = new ArrayList<>();
    int contenders = rng.between(2, 4);
    for (int i = 1; i <= contenders; i++) {
      String name = "contender" + i;
      actors.add(new Contender(name, rng.between(3, 8), stage, locks, counts, rng.split()));
    }
    int observers = rng.between(1, 2);
    for (int i = 1; i <= observers; i++) {
      actors.add(new Observer("observer" + i, stage, counts, rng.split()));
    }
    return actors;
  }
}
