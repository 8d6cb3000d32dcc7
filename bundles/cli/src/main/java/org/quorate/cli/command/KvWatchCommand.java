package org.quorate.cli.command;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvEvent;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.KvLink;
import org.quorate.management.Json;
import org.quorate.management.KvEntryView;
import org.quorate.management.KvView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "watch",
    description = "Prints every change of a key or prefix until Ctrl-C; nothing is left out.",
    footer = {"", "Example: quorate kv watch city/ --prefix --from 1"})
final class KvWatchCommand implements Callable<Integer> {
  private static final long IDLE_MS = 1000;

  @Parameters(paramLabel = "KEY", arity = "0..1", description = "The key (default: all keys).")
  private String key;

  @Option(names = "--prefix", description = "Every key that begins with KEY.")
  private boolean prefix;

  @Option(
      names = "--from",
      paramLabel = "REVISION",
      description = "First revision wanted (default: from now on).")
  private long from;

  @Option(names = "--count", paramLabel = "N", description = "End after so many changes.")
  private long count = Long.MAX_VALUE;

  @Mixin private KvOptions kv;

  private final Root root;

  KvWatchCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (from < 0 || count < 0) {
      throw new CliException(
          ExitCode.USAGE, "--from and --count are not negative", "correct the command");
    }
    KeyRange keys =
        key == null
            ? new KeyRange(Bytes.EMPTY, null)
            : prefix ? KeyRange.prefix(kv.bytes(key)) : KeyRange.single(kv.bytes(key));
    try (KvLink link = kv.connect(root)) {
      long next = from > 0 ? from : latest(link) + 1;
      long left = count;
      while (left > 0) {
        KvQuery query = new KvQuery.Changes(keys, next, 0, 0, false);
        KvResult result = link.now(link.read(query, ReadLevel.LINEARIZABLE));
        if (!(result instanceof KvResult.ChangesDone changes)) {
          KvView.of(result);
          throw new IllegalStateException("answer to a watch: " + result);
        }
        for (KvEvent event : changes.events()) {
          if (left > 0) {
            print(event);
            left--;
          }
        }
        next = Math.max(next, changes.upTo() + 1);
        if (left > 0 && !changes.more()) {
          awaitMore(link, keys, next - 1);
        }
      }
    }
    return ExitCode.OK;
  }

  private static long latest(KvLink link) throws InterruptedException {
    return link.now(link.read(new KvQuery.Stats(), ReadLevel.LINEARIZABLE)).revision();
  }

  /** Until there is a change after a version, or for a moment: then the caller looks again. */
  private static void awaitMore(KvLink link, KeyRange keys, long version)
      throws InterruptedException {
    CompletableFuture<Void> more = new CompletableFuture<>();
    Runnable cancel =
        link.group()
            .watch(
                List.of(keys),
                version,
                applied -> {
                  if (applied
                      >= 0) { // less: its node has no room for it, then it is looked in turn
                    more.complete(null);
                  }
                });
    try {
      more.get(IDLE_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // Nothing has changed: the caller looks again, so that a lost node is noticed too.
      more.cancel(false);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      cancel.run(); // a node has room for so many of a connection
    }
  }

  private void print(KvEvent event) {
    KvEntryView view = KvEntryView.of(event.entry());
    boolean deleted = event.type() == KvEvent.Type.DELETE;
    String type = deleted ? "delete" : "put";
    if (root.json()) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("type", type);
      line.put("revision", view.modRevision());
      line.put("key", view.key());
      line.put("value", deleted ? null : view.value());
      line.put("encoding", view.encoding());
      line.values().removeIf(java.util.Objects::isNull);
      root.terminal().out().println(Json.text(line));
    } else {
      String value = deleted ? "" : " " + view.value();
      root.terminal().out().println(view.modRevision() + " " + type + " " + view.key() + value);
    }
    root.terminal().out().flush();
  }
}
