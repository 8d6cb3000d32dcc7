package org.quorate.tck.virtual;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.quorate.simulator.engine.Process;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.kit.ServiceLoop;

/**
 * A process of a {@link VirtualWorld}, and its loop. It can be killed at its n-th step, frozen, or cut
 * off from the servers; a step is what it sends, and what is done for it before the answer is sent.
 */
public class VirtualNode implements ServiceLoop {
  /** One start of it. */
  public static final class Run {
    public final Process process;

    private Run(Process process) {
      this.process = process;
    }
  }

  public final String name;
  public Run run;

  /** Whether it reaches no server. */
  public boolean cut;

  /** How many steps it has made. */
  public int steps;

  /** The step by which it is killed, -1 for none. */
  public int killAt = -1;

  /** The next transaction like this arrives long after its sender has given it up. */
  public Predicate<Transaction> stalls;

  /** Whether that one has arrived. */
  public boolean arrived;

  /** Whether the next answer is lost. */
  public boolean losesAnswer;

  private final VirtualWorld world;

  protected VirtualNode(VirtualWorld world, String name) {
    this.world = world;
    this.name = name;
  }

  /** Starts its process, and gives the coordinator of that. */
  protected VirtualCoordinator boot() {
    run = new Run(new Process(world.queue, world.rng.split(), 100));
    return new VirtualCoordinator(world.servers, this);
  }

  /** Counts a step; false if the process was killed by it, or before. */
  boolean step() {
    if (run.process.alive() && ++steps == killAt) {
      kill();
    }
    return run.process.alive();
  }

  public void kill() {
    run.process.kill();
  }

  long delayUs() {
    return world.rng.between(200L, 2000L);
  }

  boolean loses() {
    return world.rng.chance(world.loss);
  }

  /** Calls something outside of the process: an answer takes time, and dies with the process. */
  public <T> CompletionStage<T> call(Supplier<T> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    if (step()) {
      Run mine = run;
      world.queue.after(
          delayUs(),
          () -> {
            T result = work.get();
            if (mine == run && step()) {
              world.queue.after(delayUs(), () -> mine.process.run(() -> answer.complete(result)));
            }
          });
    }
    return answer;
  }

  @Override
  public void execute(Runnable task) {
    run.process.loop().execute(task);
  }

  @Override
  public long nowMs() {
    return world.queue.nowUs() / 1000;
  }

  @Override
  public long wallMs() {
    return 1_700_000_000_000L + nowMs();
  }

  @Override
  public void after(long delayMs, Runnable task) {
    Run mine = run;
    world.queue.after(Math.max(0, delayMs) * 1000, () -> mine.process.run(task));
  }
}
