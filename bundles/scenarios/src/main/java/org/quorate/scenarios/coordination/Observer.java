package org.quorate.scenarios.coordination;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.scenarios.Stage;
import org.quorate.simulator.client.Actor;
import org.quorate.simulator.engine.Process;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.WatchListener;

/**
 * Watches all that is counted from the first revision on. It is killed now and then, and goes on where
 * it was: what it has taken it keeps, as on a disk.
 */
final class Observer implements Actor {
  private final String name;
  private final Stage stage;
  private final CountWitness counts;
  private final Rng rng;
  private final Map<String, CountWitness.Count> last = new HashMap<>();
  private int strikes;
  private long next = 1;

  Observer(String name, Stage stage, CountWitness counts, Rng rng) {
    this.name = name;
    this.stage = stage;
    this.counts = counts;
    this.rng = rng;
    strikes = rng.between(0, 3);
  }

  @Override
  public void start() {
    run();
  }

  @Override
  public boolean complete() {
    return counts.highest().entrySet().stream()
        .allMatch(
            e -> {
              CountWitness.Count seen = last.get(e.getKey());
              return seen != null && seen.number() >= e.getValue();
            });
  }

  @Override
  public String waiting() {
    return complete() ? "" : " " + name + " from " + next + " has " + last;
  }

  private void run() {
    Process process = stage.scene().process(rng.split());
    stage
        .coordinator(name, process, rng)
        .watch(Scope.tree(CountWitness.TREE), next, new Listener(process));
    if (strikes > 0) {
      strikes--;
      stage.scene().queue().after(rng.between(200_000L, 8_000_000L), () -> strike(process));
    }
  }

  private void strike(Process process) {
    if (rng.chance(0.5)) {
      stage.scene().trace(name, "is killed");
      process.kill();
      stage.scene().queue().after(rng.between(1_000L, 1_000_000L), this::run);
    } else {
      stage.scene().trace(name, "is frozen");
      process.freeze();
      stage.scene().queue().after(rng.between(10_000L, 4_000_000L), process::thaw);
    }
  }

  private final class Listener implements WatchListener {
    private final Process process;

    Listener(Process process) {
      this.process = process;
    }

    @Override
    public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
      long revision = next - 1;
      String key = "";
      for (KeyEvent event : events) {
        boolean rises =
            event.revision() > revision
                || event.revision() == revision && event.key().compareTo(key) > 0;
        if (!rises || event.revision() > upTo || event.entry() == null) {
          stage.scene().broken("WatchInOrder", name + ": " + event + " after " + revision + key);
          return null;
        }
        revision = event.revision();
        key = event.key();
        CountWitness.Count now = CountWitness.Count.parse(event.entry().value().utf8());
        counts.seen(name, key, revision, last.put(key, now), now);
      }
      next = Math.max(next, upTo + 1);
      if (rng.chance(0.8)) {
        return null;
      }
      CompletableFuture<Void> slow = new CompletableFuture<>();
      stage
          .scene()
          .queue()
          .after(rng.between(1_000L, 3_000_000L), () -> process.run(() -> slow.complete(null)));
      return slow;
    }

    @Override
    public void ended(CoordinationException why) {
      stage.scene().broken("WatchesGoOn", name + ": " + why);
    }
  }
}
