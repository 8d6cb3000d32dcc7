package org.quorate.tck.coordination;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.Scope;

/**
 * What every {@link Coordinator} does. A provider's test extends it and makes the servers. Each test
 * uses a path of its own, so they share the servers; each ends by itself, with a reason.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
public abstract class CoordinatorContract
    implements KeyContract, SessionContract, LockContract, WatchContract, RecipeContract {
  private static int tests;

  private final List<Coordinator> clients = new ArrayList<>();
  private CoordinatorFixture fixture;
  private String path;

  /** Starts the servers. */
  protected abstract CoordinatorFixture newFixture() throws Exception;

  @BeforeAll
  void startServers() throws Exception {
    fixture = newFixture();
  }

  @AfterAll
  void stopServers() throws Exception {
    if (fixture != null) {
      fixture.close();
    }
  }

  @BeforeEach
  void choosePath() {
    path = "contract/" + Long.toString(System.nanoTime(), 36) + "-" + ++tests;
  }

  @AfterEach
  void closeClients() throws Exception {
    clients.forEach(Coordinator::close);
    clients.clear();
    fixture.heal();
    Coordinator onlooker = fixture.onlooker();
    try {
      Coordinated.until("nothing to be left behind", () -> isEmpty(onlooker));
    } finally {
      onlooker.close();
    }
  }

  /** What clients owned goes with them, what killed ones did with their sessions. */
  private static boolean isEmpty(Coordinator onlooker) {
    return onlooker.sessions().toCompletableFuture().join().isEmpty()
        && onlooker.locks(Scope.tree("")).toCompletableFuture().join().isEmpty();
  }

  @Override
  public CoordinatorFixture fixture() {
    return fixture;
  }

  @Override
  public Coordinator open(String client) throws Exception {
    Coordinator opened = fixture.open(client);
    clients.add(opened);
    return opened;
  }

  @Override
  public String path() {
    return path;
  }
}
