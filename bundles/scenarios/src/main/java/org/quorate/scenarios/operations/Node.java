package org.quorate.scenarios.operations;

import java.util.List;
import java.util.Map;
import org.quorate.operations.Events;
import org.quorate.operations.Operations;
import org.quorate.operations.Self;
import org.quorate.operations.Settings;
import org.quorate.scenarios.Deaths;
import org.quorate.scenarios.Member;
import org.quorate.scenarios.Run;
import org.quorate.scenarios.Stage;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationException.Code;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.OperationSpec.Timeouts;

/**
 * Runs operations of all nodes, answers in those of others, drives on what the dead have begun. As each of
 * these it may be struck.
 */
final class Node extends Member {
  static final String ROOT = "product";

  /** A short lease: a simulation has no time to wait. */
  private static final Settings SETTINGS = new Settings(300, 1_500);

  private static final int STRIKES = 4;
  private static final double REMOVES = 0.1;

  private final Backend backend;
  private final List<String> names;
  private int rounds;
  private boolean busy;
  private Operations operations;
  private Shop shop;

  /**
   * One of them.
   *
   * @param names of all
   */
  Node(
      String name,
      List<String> names,
      int rounds,
      Stage stage,
      Backend backend,
      Deaths deaths,
      Rng rng) {
    super(name, stage, deaths, STRIKES, rng);
    this.names = names;
    this.rounds = rounds;
    this.backend = backend;
  }

  @Override
  protected void started(Run run, Coordinator coordinator) {
    busy = false;
    shop = new Shop(name(), run, backend, stage.scene(), rng.split(), this::told);
    Self self = new Self(name(), "at-" + name());
    operations =
        new Operations(coordinator, ROOT, SETTINGS, self, shop, run, run.workers(), this::happened);
    operations.start();
    next(run);
  }

  private void happened(Events.Kind kind, String text) {
    trace(kind + " " + text);
    if (kind == Events.Kind.TAKEN_OVER) {
      menace("successor");
    }
  }

  private void told(Operation o) {
    trace("prepares " + o.spec().kind() + " " + o.id());
    if (!o.initiator().equals(name())) {
      menace("responder");
    }
  }

  @Override
  protected boolean idle() {
    return rounds == 0 && !busy;
  }

  @Override
  public String waiting() {
    return idle() ? "" : " " + name() + ": " + rounds + " operations to begin";
  }

  @Override
  protected void close() {
    operations.close();
  }

  /** Whether it is as it is to be when nothing is under way; empty, or why not. */
  String unsettled() {
    boolean well = shop != null && shop.serves() && shop.free();
    return well ? "" : " " + (shop == null ? name() : shop);
  }

  // ---- who begins -----------------------------------------------------------------------------

  private void next(Run run) {
    if (rounds > 0) {
      run.after(rng.between(10, 2_000), () -> begin(run));
    }
  }

  private void begin(Run run) {
    rounds--;
    busy = true;
    menace("initiator");
    if (rng.chance(REMOVES)) {
      operations.remove(rng.pick(names));
    }
    operations
        .run(spec())
        .whenComplete(
            (done, e) -> {
              if (e == null) {
                backend.decided(done, done.decision());
              } else if (e instanceof OperationException refused
                  && refused.code() == Code.NOT_ONLINE) {
                rounds++; // it will be
              }
              busy = false;
              next(run);
            });
  }

  private OperationSpec spec() {
    String value = Integer.toString(rng.between(1, 9));
    OperationSpec spec =
        switch (rng.between(1, 8)) {
          case 1, 2, 3 -> OperationSpec.ddl("db.t" + rng.between(1, 2), "alter");
          case 4 -> OperationSpec.reload(Map.of("conf/db", value, "conf/user", value));
          case 5 -> OperationSpec.createView("db:v", "select " + value);
          case 6 -> OperationSpec.dropView("db:v");
          case 7 -> OperationSpec.pause(List.of("dn1"));
          default -> OperationSpec.cut();
        };
    return spec.withTimeouts(new Timeouts(rng.between(0L, 4_000L), 4_000, 4_000, 4_000));
  }
}
