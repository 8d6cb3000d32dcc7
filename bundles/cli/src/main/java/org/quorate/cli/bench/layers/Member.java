package org.quorate.cli.bench.layers;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;

/** One member of a group of this process: a loop of its own, frames handed to the loops of others. */
abstract class Member implements AutoCloseable {
  private static final long TICK_MS = 20;

  private final NodeId node;
  private final Map<NodeId, Member> all;
  private final ScheduledExecutorService loop;

  Member(NodeId node, Map<NodeId, Member> all) {
    this.node = node;
    this.all = all;
    this.loop =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "bench-" + node);
              thread.setDaemon(true);
              return thread;
            });
  }

  static Map<NodeId, Member> none() {
    return new ConcurrentHashMap<>();
  }

  final NodeId node() {
    return node;
  }

  final ScheduledExecutorService loop() {
    return loop;
  }

  /** Begins to take part, when all others are known. */
  final void begin() {
    loop.execute(this::start);
    loop.scheduleAtFixedRate(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
  }

  final void send(NodeId to, Bytes frame) {
    Member peer = all.get(to);
    peer.loop.execute(() -> peer.receive(node, frame));
  }

  static long clockMs() {
    return System.nanoTime() / 1_000_000;
  }

  // ---- on the loop -------------------------------------------------------------------------

  abstract void start();

  abstract void tick();

  abstract void receive(NodeId from, Bytes frame);

  /** Whether it takes commands now. */
  abstract boolean leads();

  /** Orders a command; {@code done} gets whether it was delivered here. */
  abstract void order(Bytes command, Done done);

  /** What becomes of a command. */
  interface Done {
    void ended(boolean delivered);
  }

  abstract void end();

  @Override
  public final void close() {
    loop.execute(this::end);
    loop.shutdown();
    try {
      loop.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
