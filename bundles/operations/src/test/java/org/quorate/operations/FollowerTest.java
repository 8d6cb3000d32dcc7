package org.quorate.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.kit.Follower;
import org.quorate.spi.coordination.kit.Mirror;
import org.quorate.spi.coordination.kit.ServiceLoop;

/** What services follow keys with, on the coordinator of their tests. */
class FollowerTest {
  private final World world = new World(3).start("n1");
  private final World.Node n1 = world.node("n1");
  private final List<String> taken = new ArrayList<>();
  private final List<RuntimeException> thrown = new ArrayList<>();

  /** As a thread of its own: what a task throws is told, and the next task runs all the same. */
  private final class Loop implements ServiceLoop {
    private Runnable guarded(Runnable task) {
      return () -> {
        try {
          task.run();
        } catch (RuntimeException e) {
          thrown.add(e);
        }
      };
    }

    @Override
    public void execute(Runnable task) {
      n1.execute(guarded(task));
    }

    @Override
    public void after(long delayMs, Runnable task) {
      n1.after(delayMs, guarded(task));
    }

    @Override
    public long nowMs() {
      return n1.nowMs();
    }

    @Override
    public long wallMs() {
      return n1.wallMs();
    }
  }

  /** Cannot read one value. */
  private final class Fragile implements Mirror {
    @Override
    public void put(KeyEntry entry) {
      taken.add(entry.key());
    }

    @Override
    public void apply(KeyEvent event) {
      if (event.entry().value().utf8().equals("bad")) {
        throw new IllegalStateException("cannot be read");
      }
      taken.add(event.key());
    }

    @Override
    public void at(long revision) {
      // Nothing to note.
    }
  }

  @Test
  void aChangeThatCannotBeTakenInDoesNotHoldUpThoseBehindIt() {
    Loop loop = new Loop();
    Follower<Fragile> follower =
        new Follower<>(n1.coordinator, Scope.tree("other"), loop, 100, Fragile::new, mirror -> {});
    loop.execute(follower::start);
    world.run(1000);
    world.write(n1, "other/a", Bytes.utf8("bad"));
    world.run(1000);
    world.write(n1, "other/b", Bytes.utf8("good"));
    world.until("not told", 10_000, () -> taken.contains("other/b"));
    assertEquals(List.of("other/b"), taken);
    assertEquals(1, thrown.size(), thrown::toString);
  }
}
