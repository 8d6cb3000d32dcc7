package org.quorate.management;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.KeyRange;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;

/**
 * One call of the operation {@code kv.watch}: looks for changes from a revision on, and looks again
 * whenever this node has applied something, until there are some or the time is over.
 */
final class KvWatch {
  private static final long MAX_WAIT_MS = 60_000;

  private final ManagedNode node;
  private final GroupId group;
  private final KeyRange keys;
  private final long endNanos;
  private final CompletableFuture<KvChangesView> done = new CompletableFuture<>();

  private KvWatch(ManagedNode node, GroupId group, KeyRange keys, long waitMs) {
    this.node = node;
    this.group = group;
    this.keys = keys;
    this.endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
  }

  static Operation operation(Argument group, Argument encoding) {
    return new Operation(
        "kv.watch",
        "Waits for changes of keys and lists them",
        Access.READ,
        List.of(
            Argument.text("key", null, "only this key"),
            Argument.text("prefix", "", "only keys that begin so"),
            Argument.number("from", 0L, "first revision wanted; 0 for what comes from now on"),
            Argument.number(
                "waitMs", 20_000L, "how long to wait for a change, up to " + MAX_WAIT_MS),
            group,
            encoding),
        KvChangesView.class,
        false,
        "--prefix user/ --from 42",
        KvWatch::run);
  }

  private static CompletionStage<KvChangesView> run(ManagedNode node, Arguments a) {
    long waitMs = a.number("waitMs");
    if (waitMs < 0 || waitMs > MAX_WAIT_MS) {
      throw new OperationException(
          FailureCode.BAD_REQUEST,
          "waitMs " + waitMs + " is not within 0.." + MAX_WAIT_MS,
          "ask again from the revision that the answer names");
    }
    TextBytes encoding = TextBytes.named(a.text("encoding"));
    Bytes prefix = encoding.read(a.text("prefix"));
    KeyRange keys =
        a.maybe("key")
            .map(key -> KeyRange.single(encoding.read(key)))
            .orElseGet(() -> KeyRange.prefix(prefix));
    KvWatch watch = new KvWatch(node, ManagedNode.groupId(a.text("group")), keys, waitMs);
    watch.start(a.number("from"));
    return watch.done;
  }

  private void start(long from) {
    if (from > 0) {
      look(from);
    } else {
      ask(new KvQuery.Stats(), latest -> look(latest.revision() + 1));
    }
  }

  private void look(long from) {
    ask(
        new KvQuery.Changes(keys, from, 0, 0, false),
        result -> {
          if (!(result instanceof KvResult.ChangesDone changes)) {
            throw new IllegalStateException("answer to a watch: " + result);
          }
          long leftMs = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
          if (!changes.events().isEmpty() || leftMs <= 0) {
            long next = Math.max(from, changes.upTo() + 1);
            done.complete(KvChangesView.of(next, changes.events()));
          } else {
            await(Math.max(from, changes.upTo() + 1), leftMs);
          }
        });
  }

  private void await(long next, long leftMs) {
    node.control()
        .applied(group, next - 1, leftMs)
        .whenComplete(
            (version, failure) -> {
              if (failure != null) {
                done.completeExceptionally(failure);
              } else {
                look(next);
              }
            });
  }

  private void ask(KvQuery query, java.util.function.Consumer<KvResult> then) {
    node.control()
        .read(group, query.encode(), ReadLevel.LINEARIZABLE)
        .whenComplete(
            (outcome, failure) -> {
              try {
                if (failure != null) {
                  throw failure;
                }
                KvResult result = KvResult.decode(Outcomes.answered(outcome));
                if (result instanceof KvResult.Failed) {
                  KvView.of(result); // throws what it means
                }
                then.accept(result);
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            });
  }
}
