package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.coordinator.zk.state.Command;
import org.quorate.coordinator.zk.state.Entry;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.SessionSpec;

/** When a session ends that nobody keeps alive: never before its TTL has passed. */
class ExpiryTest {
  private static final int TTL_MS = 1_000;
  private static final int TICK_MS = 100;
  private static final int REQUEST_MS = 15_000;

  private final List<Command> appended = new ArrayList<>();
  private final Replica replica = replica();
  private final long session =
      (Long)
          replica
              .machine()
              .apply(
                  new Entry(
                      1,
                      1,
                      0,
                      0,
                      new Command.OpenSession(SessionSpec.of("s", TTL_MS), "c", Bytes.EMPTY)),
                  7,
                  100)
              .result();

  private static Replica replica() {
    Map<String, String> values = Map.of("coordinator.zk.connect", "127.0.0.1:1");
    Settings settings = Settings.of(new Options(values), null);
    return new Replica(new Ensemble(settings.connect(), settings, Runnable::run, up -> {}), null);
  }

  private Expiry expiry(boolean keptHere) {
    return new Expiry(replica, appended::add, id -> keptHere, REQUEST_MS);
  }

  @Test
  void aSessionEndsNotBeforeItsTtlAndSoonAfter() {
    Random random = new Random(4);
    for (int i = 0; i < 20_000; i++) {
      appended.clear();
      Expiry expiry = expiry(false);
      // Its keep-alive is read at any moment between two ticks, which come late or not.
      int before = random.nextInt(TICK_MS + 1);
      expiry.tick(before);
      expiry.renewed(session);
      int passed = random.nextInt(3) == 0 ? 3 * TICK_MS : TICK_MS - before;
      expiry.tick(before + passed);
      while (appended.isEmpty()) {
        int late = random.nextInt(4) == 0 ? random.nextInt(TICK_MS) : 0;
        passed += TICK_MS + late;
        expiry.tick(TICK_MS + late);
      }
      assertTrue(passed >= TTL_MS, "after " + passed + " ms");
      assertTrue(passed <= TTL_MS + 800, "after " + passed + " ms");
    }
    assertEquals(List.of(new Command.EndSession(session, session)), appended);
  }

  @Test
  void whatIsKeptHereDoesNotEndAndWhatStoodStillBarelyCounts() {
    Expiry kept = expiry(true);
    kept.renewed(session);
    for (int i = 0; i < 100; i++) {
      kept.tick(TICK_MS);
    }
    Expiry stood = expiry(false);
    stood.renewed(session);
    stood.tick(10 * TTL_MS);
    assertEquals(List.of(), appended);
  }
}
