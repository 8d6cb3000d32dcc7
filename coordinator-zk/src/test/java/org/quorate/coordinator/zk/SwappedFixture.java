package org.quorate.coordinator.zk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.quorate.coordinator.swap.Authority;
import org.quorate.coordinator.swap.SwappableCoordinator;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.tck.coordination.CoordinatorFixture;

/**
 * Clients whose provider is changed, from one root of an embedded server to the next: when a test wants it,
 * and once soon after each client was opened.
 */
final class SwappedFixture implements CoordinatorFixture {
  private static final long PATIENCE_S = 60;
  private static final int SOON_MS = 60;

  private final ZooKeeperProvider provider = new ZooKeeperProvider();
  private final Path folder;
  private final Random random = new Random(5);
  private final LoopThread loop = new LoopThread("swapped");
  private final Map<Coordinator, Client> clients = new IdentityHashMap<>(); // guarded by this
  private final List<CompletableFuture<Void>> swapping = new ArrayList<>(); // guarded by this
  private final List<CompletionStage<Void>> moving = new ArrayList<>(); // guarded by this
  private volatile boolean calm;
  private Movable serving; // guarded by this
  private int place; // guarded by this

  private record Client(String name, SwappableCoordinator coordinator, Movable at) {}

  SwappedFixture(Path folder) throws Exception {
    this.folder = folder;
    serving = open("mover", 0);
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
  }

  private Movable open(String client, int at) throws Exception {
    Map<String, String> options =
        Map.of(Settings.FOLDER.name(), folder.toString(), Settings.ROOT.name(), "/place-" + at);
    return (Movable) await(provider.open(client, 3 + at, new Options(options)));
  }

  /** Swaps only when it is told to. */
  void calm(boolean wanted) {
    calm = wanted;
  }

  @Override
  public synchronized Coordinator open(String client) throws Exception {
    Movable at = open(client, place);
    SwappableCoordinator opened = new SwappableCoordinator("swapped", at, Authority.ALWAYS, loop);
    clients.put(opened, new Client(client, opened, at));
    if (!calm) {
      swapping.add(
          inBackground(
              () -> {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(SOON_MS));
                swap();
              }));
    }
    return opened;
  }

  /** Nothing is swapped for it. */
  @Override
  public synchronized Coordinator onlooker() throws Exception {
    return open("looks on", place);
  }

  interface Work {
    void run() throws Exception;
  }

  /** On a thread of its own: it may block. */
  static CompletableFuture<Void> inBackground(Work work) {
    return CompletableFuture.runAsync(
        () -> run(work),
        task -> {
          Thread thread = new Thread(task, "in background");
          thread.setDaemon(true);
          thread.start();
        });
  }

  private static void run(Work work) {
    try {
      work.run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public synchronized boolean swap() throws Exception {
    FencingToken by = new FencingToken(1, place);
    Movable target = open("mover", place + 1);
    Map<Coordinator, Client> opened = new IdentityHashMap<>();
    for (Client each : clients.values()) { // under the seal only what has to be: TTLs run after it
      Movable there = open(each.name(), place + 1);
      opened.put(each.coordinator(), new Client(each.name(), each.coordinator(), there));
    }
    await(serving.seal("it is swapped", by));
    clients.keySet().forEach(c -> ((SwappableCoordinator) c).hold());
    Inventory inventory = await(serving.inventory());
    await(target.take(inventory, by));
    long begunAt = await(target.inventory()).revision();
    place++;
    clients.putAll(opened);
    for (Client each : clients.values()) {
      moving.add(each.coordinator().switchTo(each.at(), inventory.revision(), begunAt));
    }
    Movable before = serving;
    serving = target;
    List<CompletionStage<Void>> moved = List.copyOf(moving);
    moving.clear();
    CompletableFuture.allOf(
            moved.stream()
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture<?>[]::new))
        .whenComplete(
            (all, problem) -> before.retire("gone", by).whenComplete((r, e) -> before.close()));
    return true;
  }

  @Override
  public synchronized void kill(Coordinator client) {
    clients.remove(client).coordinator().abandon();
  }

  @Override
  public void failOver() {
    // There is one server.
  }

  @Override
  public void heal() throws Exception {
    List<CompletableFuture<Void>> begun;
    synchronized (this) {
      begun = List.copyOf(swapping);
      swapping.clear();
      clients.clear();
    }
    for (CompletableFuture<Void> each : begun) {
      await(each);
    }
  }

  @Override
  public synchronized void close() throws Exception {
    await(serving.shutdown());
    loop.close();
  }
}
