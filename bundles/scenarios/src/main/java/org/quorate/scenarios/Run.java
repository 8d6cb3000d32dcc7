package org.quorate.scenarios;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.simulator.client.WrappedAccess;
import org.quorate.simulator.engine.Process;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.kit.ServiceLoop;

/** One process of a {@link Member}, from its start to its death, and the loop of its service. */
public final class Run implements ServiceLoop {
  private static final long GRACE_MS = 100;

  private final Member member;
  private final Stage stage;
  private final Rng rng;
  private final Process process;
  private final Coordinator coordinator;
  private boolean cut;
  private long thawedMs = -GRACE_MS;

  Run(Member member, Stage stage, Rng rng) {
    this.member = member;
    this.stage = stage;
    this.rng = rng;
    process = stage.scene().process(rng.split());
    GroupAccess access = stage.scene().access(process, rng.split(), () -> cut);
    coordinator = stage.coordinator(member.name(), new Stepped(access), rng);
  }

  Coordinator coordinator() {
    return coordinator;
  }

  public boolean alive() {
    return process.alive();
  }

  /** Whether it can have seen what time it is: it lives, and does not stand still, nor did just now. */
  public boolean awake() {
    return process.alive() && !process.frozen() && nowMs() - thawedMs >= GRACE_MS;
  }

  /** What may block runs on these. */
  public Executor workers() {
    return process.workers();
  }

  void kill() {
    process.kill();
  }

  void freeze() {
    process.freeze();
  }

  void thaw() {
    thawedMs = nowMs();
    process.thaw();
  }

  void cut(boolean now) {
    cut = now;
  }

  /**
   * Asks something outside of the group and of the process, such as a shard: that takes a while, and
   * the answer dies with the process.
   *
   * @param work what is done there; what it throws is the answer
   */
  public <T> CompletionStage<T> call(Supplier<T> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    member.step(this);
    process.run(
        () ->
            stage
                .scene()
                .queue()
                .after(
                    rng.between(200L, 2_000L),
                    () -> {
                      CompletableFuture<T> done = new CompletableFuture<>();
                      try {
                        done.complete(work.get());
                      } catch (IllegalStateException e) {
                        done.completeExceptionally(e);
                      }
                      stage
                          .scene()
                          .queue()
                          .after(rng.between(200L, 2_000L), () -> answered(done, answer));
                    }));
    return answer;
  }

  /** It is a step, by which the process may die, or stand still until it hears it. */
  private <T> void answered(CompletionStage<T> done, CompletableFuture<T> answer) {
    member.step(this);
    process.run(
        () ->
            done.whenComplete(
                (value, e) -> {
                  if (e == null) {
                    answer.complete(value);
                  } else {
                    answer.completeExceptionally(e);
                  }
                }));
  }

  // ---- the loop -------------------------------------------------------------------------------

  @Override
  public void execute(Runnable task) {
    process.loop().execute(task);
  }

  @Override
  public long nowMs() {
    return stage.nowMs();
  }

  @Override
  public long wallMs() {
    return stage.wallMs();
  }

  @Override
  public void after(long delayMs, Runnable task) {
    stage.scene().queue().after(Math.max(0, delayMs) * 1000, () -> process.run(task));
  }

  /** Commands and reads are steps. */
  private final class Stepped extends WrappedAccess {
    Stepped(GroupAccess access) {
      super(access);
    }

    @Override
    public CompletionStage<Outcome> propose(Bytes command) {
      member.step(Run.this);
      return heard(super.propose(command));
    }

    @Override
    public CompletionStage<ReadOutcome> read(Bytes query, ReadLevel level) {
      member.step(Run.this);
      return heard(super.read(query, level));
    }

    private <T> CompletionStage<T> heard(CompletionStage<T> sent) {
      CompletableFuture<T> heard = new CompletableFuture<>();
      sent.whenComplete((value, e) -> answered(sent, heard));
      return heard;
    }
  }
}
