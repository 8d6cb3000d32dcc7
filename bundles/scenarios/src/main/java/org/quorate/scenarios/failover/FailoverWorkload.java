package org.quorate.scenarios.failover;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.quorate.api.GroupAccess;
import org.quorate.failover.Operators;
import org.quorate.scenarios.Auditor;
import org.quorate.scenarios.Deaths;
import org.quorate.scenarios.Stage;
import org.quorate.simulator.client.Actor;
import org.quorate.simulator.client.Scene;
import org.quorate.simulator.client.WorkloadKind;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.coordination.Coordinator;

/**
 * Processes with a failover registry each, which do operations on shards that fence. Whoever works, takes
 * over or assigns is killed at any of its steps, frozen or cut off; each operation is finished by somebody.
 */
public final class FailoverWorkload implements WorkloadKind {
  private final UnaryOperator<GroupAccess> saboteur;
  private final Deaths deaths;

  /** A sound one. */
  public FailoverWorkload() {
    this(UnaryOperator.identity(), Deaths.UNSEEN);
  }

  /**
   * Perhaps a broken one, for tests of the checks.
   *
   * @param saboteur what becomes of each process's way to the group
   */
  public FailoverWorkload(UnaryOperator<GroupAccess> saboteur, Deaths deaths) {
    this.saboteur = saboteur;
    this.deaths = deaths;
  }

  @Override
  public String name() {
    return "failover";
  }

  @Override
  public long commandBytes() {
    return 2_048;
  }

  @Override
  public List<Actor> actors(Scene scene, Rng rng) {
    Stage stage = new Stage(scene, saboteur);
    Shards shards = new Shards();
    Ledger ledger = new Ledger(scene);
    List<Worker> workers = new ArrayList<>();
    int count = rng.between(3, 4);
    for (int i = 1; i <= count; i++) {
      int rounds = i == count ? 0 : rng.between(2, 5); // the last one is there for the others' work
      workers.add(new Worker("w" + i, rounds, stage, shards, ledger, deaths, rng.split()));
    }
    List<Actor> actors = new ArrayList<>(workers);
    actors.add(new Auditor(stage, workers, new Audit(shards, ledger), rng.split()));
    return actors;
  }

  private record Audit(Shards shards, Ledger ledger) implements Auditor.Service {
    @Override
    public CompletionStage<String> unsettled(Coordinator coordinator) {
      return underWay(coordinator);
    }

    @Override
    public CompletionStage<String> underWay(Coordinator coordinator) {
      return new Operators(coordinator, Worker.ROOT)
          .records()
          .thenApply(records -> records.isEmpty() ? "" : "records " + records);
    }

    @Override
    public void judge() {
      ledger.judge(shards);
    }

    @Override
    public List<String> keys() {
      return List.of(Worker.ROOT, Worker.ROOT + "-content");
    }
  }
}
