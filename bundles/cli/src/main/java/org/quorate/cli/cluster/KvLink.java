package org.quorate.cli.cluster;

import io.vertx.core.Future;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.client.ClientOptions;
import org.quorate.client.GroupClient;
import org.quorate.client.QuorateClient;
import org.quorate.management.Failure;
import org.quorate.management.FailureCode;
import org.quorate.management.Outcomes;

/** A key-value group through the client. Thread-safe. */
public final class KvLink implements AutoCloseable {
  private static final String DIAGNOSE = "see 'quorate status' and 'quorate doctor'";

  private final QuorateClient client;
  private final GroupClient group;
  private final long timeoutMs;

  /**
   * Connects when something is asked.
   *
   * @param timeoutMs after so long without answer an operation fails
   */
  public KvLink(Reach reach, String group, long timeoutMs) {
    this.client =
        QuorateClient.connect(
            ClientOptions.of(reach.nodes().stream().map(Reach.Place::client).toArray(String[]::new))
                .withName("cli")
                .withTls(reach.ca())
                .withToken(reach.token())
                .withOperationTimeoutMs(timeoutMs));
    this.group = client.group(group);
    this.timeoutMs = timeoutMs;
  }

  /** To the nodes of a cluster on this machine. */
  public static KvLink to(ClusterFile cluster, String group, long timeoutMs) {
    return new KvLink(Reach.of(cluster), group, timeoutMs);
  }

  /** The group's client itself. */
  public GroupClient group() {
    return group;
  }

  /** Executes a command; fails with {@link CliException} unless it was ordered. */
  public CompletionStage<KvResult> write(KvCommand command) {
    return group
        .propose(command.encode())
        .compose(
            outcome ->
                outcome instanceof Outcome.Committed done
                    ? Future.succeededFuture(KvResult.decode(done.result()))
                    : Future.<KvResult>failedFuture(failed(outcome)))
        .toCompletionStage();
  }

  /** Answers a query; fails with {@link CliException} unless it was answered. */
  public CompletionStage<KvResult> read(KvQuery query, ReadLevel level) {
    return ask(query, level).map(done -> KvResult.decode(done.result())).toCompletionStage();
  }

  /** The history that the group's versions belong to; another group of the same name has another. */
  public CompletionStage<Long> history() {
    return ask(new KvQuery.Stats(), ReadLevel.LINEARIZABLE)
        .map(done -> done.gtid().historyId())
        .toCompletionStage();
  }

  private Future<ReadOutcome.Answered> ask(KvQuery query, ReadLevel level) {
    return group
        .read(query.encode(), level)
        .compose(
            outcome ->
                outcome instanceof ReadOutcome.Answered done
                    ? Future.succeededFuture(done)
                    : Future.failedFuture(unanswered(((ReadOutcome.Unanswered) outcome).why())));
  }

  /** A read does nothing: that nobody answered it leaves nothing unknown. */
  private static CliException unanswered(Outcome why) {
    return why instanceof Outcome.Indeterminate lost
        ? new CliException(ExitCode.UNREACHABLE, lost.reason(), DIAGNOSE)
        : failed(why);
  }

  /**
   * Waits until something was ordered.
   *
   * @throws CliException unless it was
   */
  public Outcome.Committed done(CompletionStage<Outcome> stage) throws InterruptedException {
    Outcome outcome = now(stage);
    if (outcome instanceof Outcome.Committed done) {
      return done;
    }
    throw failed(outcome);
  }

  private static CliException failed(Outcome outcome) {
    Failure failure = Outcomes.failure(outcome).failure();
    int exit =
        outcome instanceof Outcome.NotLeader
            ? ExitCode.UNREACHABLE
            : failure.code() == FailureCode.INDETERMINATE
                ? ExitCode.INDETERMINATE
                : ExitCode.FAILED;
    String next = exit == ExitCode.UNREACHABLE ? DIAGNOSE : failure.next();
    return new CliException(exit, failure.message(), next);
  }

  /**
   * Waits for an answer.
   *
   * @throws CliException as the stage failed
   */
  public <T> T now(CompletionStage<T> stage) throws InterruptedException {
    try {
      return stage.toCompletableFuture().get(timeoutMs + 10_000, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CliException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new CliException(ExitCode.INDETERMINATE, "no answer", DIAGNOSE, e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    try {
      client.shutdown().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // The session of a client that cannot say goodbye ends by itself.
      client.close();
    }
  }
}
