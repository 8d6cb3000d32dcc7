package org.quorate.scenarios;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.simulator.client.Actor;
import org.quorate.simulator.engine.Process;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;

/**
 * Waits until the members of a service are idle and settled and judges what came of it; has all closed, the
 * last one when it has ended what the others may have left; and waits until no key, lock or session is there
 * any more.
 */
public final class Auditor implements Actor {
  private static final long LOOK_MS = 300;
  private static final Scope ALL = Scope.tree("");

  /** What is audited. */
  public interface Service {
    /** What is not as it is to be when all members are well and have nothing to do, empty for nothing. */
    CompletionStage<String> unsettled(Coordinator coordinator);

    /** Called when it is settled. */
    void judge();

    /** What is under way, whoever is there; empty for nothing. */
    CompletionStage<String> underWay(Coordinator coordinator);

    /** Below which keys nothing is left at the end. */
    List<String> keys();
  }

  private final Stage stage;
  private final List<? extends Member> members;
  private final Member last;
  private final Service service;
  private final Process process;
  private final Coordinator coordinator;
  private String waits = "for the members to be idle";
  private boolean done;

  /**
   * One that is never struck.
   *
   * @param members the last of whom begins nothing by itself
   */
  public Auditor(Stage stage, List<? extends Member> members, Service service, Rng rng) {
    this.stage = stage;
    this.members = members;
    this.service = service;
    last = members.get(members.size() - 1);
    process = stage.scene().process(rng.split());
    coordinator = stage.coordinator("auditor", process, rng);
  }

  @Override
  public void start() {
    later(this::look);
  }

  @Override
  public boolean complete() {
    return done;
  }

  @Override
  public String waiting() {
    return done ? "" : " auditor waits " + waits;
  }

  private void later(Runnable task) {
    stage.scene().queue().after(LOOK_MS * 1000, () -> process.run(task));
  }

  private void look() {
    if (members.stream().allMatch(Member::idle)) {
      members.forEach(Member::spare);
      until("for the service to settle", service::unsettled, this::settled);
    } else {
      later(this::look);
    }
  }

  private void settled() {
    stage.scene().trace("auditor", "judges");
    service.judge();
    members.stream().filter(m -> m != last).forEach(Member::end);
    until("for sessions of others to end", this::others, this::alone);
  }

  private CompletionStage<String> others(Coordinator c) {
    return c.sessions()
        .thenApply(all -> text(all.stream().filter(s -> !s.client().equals(last.name())).toList()));
  }

  private void alone() {
    until(
        "for the last one to end all",
        service::underWay,
        () -> {
          last.end();
          left(0);
        });
  }

  /** Looks for what is left of one kind after the other. */
  private void left(int kind) {
    List<String> keys = service.keys();
    if (kind < keys.size()) {
      Scope scope = Scope.tree(keys.get(kind));
      until(
          "for keys to go",
          c -> c.range(RangeQuery.of(scope)).thenApply(l -> text(l.entries())),
          () -> left(kind + 1));
    } else if (kind == keys.size()) {
      until("for locks to go", c -> c.locks(ALL).thenApply(Auditor::text), () -> left(kind + 1));
    } else {
      until("for sessions to end", c -> c.sessions().thenApply(Auditor::text), () -> done = true);
    }
  }

  private static String text(List<?> left) {
    return left.isEmpty() ? "" : left.toString();
  }

  /** Goes on when there is nothing; else looks again after a while. */
  private void until(
      String why, Function<Coordinator, CompletionStage<String>> what, Runnable then) {
    what.apply(coordinator)
        .whenComplete(
            (found, e) -> {
              if (e == null && found.isEmpty()) {
                then.run();
              } else {
                waits = why + ": " + (e == null ? found : e);
                later(() -> until(why, what, then));
              }
            });
  }
}
