package org.quorate.scenarios;

import java.util.List;
import org.quorate.simulator.client.Actor;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.coordination.Coordinator;

/**
 * A node of a service: a process with a coordinator of its own, which is started again after each death. It
 * is struck at a step of its own: killed, frozen, or cut off from the group, the latter two perhaps for
 * longer than its leases live.
 */
public abstract class Member implements Actor {
  private enum Strike {
    KILL,
    FREEZE,
    CUT
  }

  private static final List<Strike> STRIKES =
      List.of(Strike.KILL, Strike.KILL, Strike.KILL, Strike.FREEZE, Strike.CUT);
  private static final double MENACED = 0.3;
  private static final int STEPS = 40;

  protected final String name;
  protected final Stage stage;
  protected final Rng rng;
  private final Deaths deaths;
  private int strikes;
  private int steps;
  private int strikeAt = -1;
  private String role = "";
  private int sinceMenaced;
  private boolean spared;
  private boolean ended;
  private Run run;

  /**
   * A node that runs from {@link #start} on.
   *
   * @param strikes how often it is struck at most
   */
  protected Member(String name, Stage stage, Deaths deaths, int strikes, Rng rng) {
    this.name = name;
    this.stage = stage;
    this.deaths = deaths;
    this.strikes = strikes;
    this.rng = rng;
  }

  /** A new process has to be made what it is to be. */
  protected abstract void started(Run run, Coordinator coordinator);

  /** Whether it has done what it was to begin by itself. */
  protected abstract boolean idle();

  /** Its service gives back what it has: all are idle. */
  protected abstract void close();

  @Override
  public final boolean complete() {
    return idle();
  }

  @Override
  public void start() {
    stage.scene().queue().after(rng.between(1_000L, 300_000L), this::boot);
  }

  private void boot() {
    strikeAt = -1;
    run = new Run(this, stage, rng.split());
    stage.scene().trace(name, "starts");
    started(run, run.coordinator());
    if (ended) {
      close();
    }
  }

  /** The process it has; null before the first. */
  protected final Run run() {
    return run;
  }

  /** By which the others know it. */
  public final String name() {
    return name;
  }

  // ---- what breaks ----------------------------------------------------------------------------

  /**
   * Perhaps it is struck at one of its next steps.
   *
   * @param as what it does now, for {@link Deaths}
   */
  protected final void menace(String as) {
    if (strikes > 0 && strikeAt < 0 && !spared && rng.chance(MENACED)) {
      role = as;
      sinceMenaced = rng.between(1, STEPS);
      strikeAt = steps + sinceMenaced;
    }
  }

  /** It is struck no more. */
  final void spare() {
    spared = true;
  }

  /** It is closed as soon as it has a process. */
  final void end() {
    ended = true;
    if (run.alive()) {
      close();
    }
  }

  /** A step of its process: what it sends, and what it is answered. */
  final void step(Run of) {
    if (of == run && of.alive() && ++steps == strikeAt) {
      strikeAt = -1;
      if (!spared) {
        strikes--;
        strike();
      }
    }
  }

  private void strike() {
    Run mine = run;
    switch (rng.pick(STRIKES)) {
      case KILL -> {
        trace("is killed at step " + sinceMenaced + " as " + role);
        deaths.died(role, sinceMenaced);
        mine.kill();
        stage.scene().queue().after(rng.between(1_000L, 4_000_000L), this::boot);
      }
      case FREEZE -> {
        trace("is frozen");
        mine.freeze();
        stage.scene().queue().after(rng.between(100_000L, 5_000_000L), mine::thaw);
      }
      default -> {
        trace("is cut off");
        mine.cut(true);
        stage.scene().queue().after(rng.between(100_000L, 5_000_000L), () -> mine.cut(false));
      }
    }
  }

  protected final void trace(String event) {
    stage.scene().trace(name, event);
  }
}
