package org.quorate.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.kit.Follower;
import org.quorate.spi.coordination.kit.Mirror;
import org.quorate.spi.coordination.kit.ServiceLoop;

/** What services follow keys with, on the coordinator of their tests. */
class FollowerTest {
  private World world = new World(3).start("n1");
  private World.Node n1 = world.node("n1");
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
      if (entry.value().utf8().equals("bad")) {
        throw new IllegalStateException("cannot be read");
      }
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

  /** Keys that have one value after each transaction. */
  private final class Equal implements Mirror {
    private final Map<String, String> values = new TreeMap<>();
    private boolean wrote;
    private boolean torn;

    @Override
    public void put(KeyEntry entry) {
      values.put(entry.key(), entry.value().utf8());
      if (entry.key().equals("other/a") && !wrote) {
        wrote = true; // while the second page is asked for
        List<Op> then = new ArrayList<>();
        then.add(new Op.Put("other/a", Bytes.utf8("new")));
        then.add(new Op.Put("other/b", Bytes.utf8("new")));
        if (world.servers.remembers) {
          then.add(new Op.Delete("other/c"));
        }
        n1.coordinator.transact(new Transaction(List.of(), then));
      } else if (!entry.key().equals("other/a")) {
        torn |= !values.get("other/a").equals(entry.value().utf8());
      }
    }

    @Override
    public void apply(KeyEvent event) {
      if (event.entry() == null) {
        values.remove(event.key());
      } else {
        values.put(event.key(), event.entry().value().utf8());
      }
    }

    @Override
    public void at(long revision) {
      // Nothing to note.
    }
  }

  /** Pages of different revisions are no state that ever was: what is told is. */
  @Test
  void whatIsListedInPagesIsToldWhenItIsOfOneRevision() {
    for (boolean remembers : List.of(false, true)) {
      int torn = 0;
      for (int seed = 1; seed <= 40; seed++) {
        torn += listed(seed, remembers) ? 1 : 0;
      }
      assertTrue(remembers ? torn == 0 : torn > 5, torn + " were torn");
    }
  }

  private boolean listed(int seed, boolean remembers) {
    world = new World(seed).start("n1");
    n1 = world.node("n1");
    List<String> keys =
        remembers ? List.of("other/a", "other/b", "other/c") : List.of("other/a", "other/b");
    keys.forEach(key -> world.write(n1, key, Bytes.utf8("old")));
    world.servers.page = 1;
    world.servers.remembers = remembers;
    List<String> told = new ArrayList<>();
    boolean[] torn = new boolean[1];
    Loop loop = new Loop();
    Follower<Equal> follower =
        new Follower<>(
            n1.coordinator,
            Scope.tree("other"),
            loop,
            100,
            Equal::new,
            mirror -> {
              told.add(mirror.values.toString());
              torn[0] = mirror.torn;
            });
    loop.execute(follower::start);
    String all = "{other/a=new, other/b=new}";
    world.until("not told: " + told, 10_000, () -> told.contains(all));
    String old = keys.stream().map(k -> k + "=old").toList().toString();
    for (String before : told.subList(0, told.indexOf(all))) {
      assertEquals(old, before.replace('{', '[').replace('}', ']'), "seed " + seed);
    }
    follower.stop();
    return torn[0];
  }

  @Test
  void whoCannotTakeTheListIsToldWhatComesAfterIt() {
    Loop loop = new Loop();
    boolean[] first = {true};
    Follower<Fragile> follower =
        new Follower<>(
            n1.coordinator,
            Scope.tree("other"),
            loop,
            100,
            Fragile::new,
            mirror -> {
              if (first[0]) {
                first[0] = false;
                throw new IllegalStateException("not yet");
              }
            });
    loop.execute(follower::start);
    world.until("not listed", 10_000, () -> !first[0]);
    world.write(n1, "other/a", Bytes.utf8("good"));
    world.until("not told", 10_000, () -> taken.contains("other/a"));
  }

  /** Somebody has written what only a newer version knows, and writes it anew. */
  @Test
  void whatCannotBeTakenInWhenItIsListedIsListedAgain() {
    Loop loop = new Loop();
    world.write(n1, "other/a", Bytes.utf8("bad"));
    Follower<Fragile> follower =
        new Follower<>(n1.coordinator, Scope.tree("other"), loop, 100, Fragile::new, mirror -> {});
    loop.execute(follower::start);
    world.run(1000);
    assertEquals(1, thrown.size(), thrown::toString);
    assertEquals("key other/a cannot be taken in", thrown.get(0).getMessage());
    world.write(n1, "other/a", Bytes.utf8("good"));
    world.until("not listed", 10_000, () -> taken.contains("other/a"));
    world.write(n1, "other/b", Bytes.utf8("good"));
    world.until("not told", 10_000, () -> taken.contains("other/b"));
    assertEquals(1, thrown.size(), thrown::toString);
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
