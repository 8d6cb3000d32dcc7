package org.quorate.scenarios;

import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.quorate.api.GroupAccess;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.coordinator.kv.Surroundings;
import org.quorate.simulator.client.Scene;
import org.quorate.simulator.engine.Process;
import org.quorate.simulator.engine.Rng;

/** Gives the processes of one simulation their native coordinators. */
public final class Stage {
  private static final long EPOCH_MS = 1_700_000_000_000L;

  private final Scene scene;
  private final UnaryOperator<GroupAccess> saboteur;

  /**
   * Of one simulation.
   *
   * @param saboteur what becomes of each process's way to the group; identity for a sound one
   */
  public Stage(Scene scene, UnaryOperator<GroupAccess> saboteur) {
    this.scene = scene;
    this.saboteur = saboteur;
  }

  public Scene scene() {
    return scene;
  }

  long nowMs() {
    return scene.queue().nowUs() / 1000;
  }

  /** Milliseconds since 1970 by the clock of every process. */
  long wallMs() {
    return EPOCH_MS + nowMs();
  }

  /** The coordinator of a process that reaches the group. */
  public KvCoordinator coordinator(String name, Process process, Rng rng) {
    return coordinator(name, scene.access(process, rng.split()), rng);
  }

  /** The same over a way of its own. */
  KvCoordinator coordinator(String name, GroupAccess access, Rng rng) {
    return new KvCoordinator(
        saboteur.apply(access),
        name,
        1,
        () -> CompletableFuture.completedFuture(null),
        surroundings(rng.split()));
  }

  private Surroundings surroundings(Rng rng) {
    return new Surroundings() {
      @Override
      public long nowMs() {
        return Stage.this.nowMs();
      }

      @Override
      public long wallMs() {
        return Stage.this.wallMs();
      }

      @Override
      public void random(byte[] into) {
        for (int i = 0; i < into.length; i++) {
          into[i] = (byte) rng.next();
        }
      }
    };
  }
}
