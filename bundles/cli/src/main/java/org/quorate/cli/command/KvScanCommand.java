package org.quorate.cli.command;

import java.util.List;
import java.util.concurrent.Callable;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.KvLink;
import org.quorate.management.KvView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "scan",
    description = "Lists keys in order.",
    footer = {"", "Example: quorate kv scan --prefix user/ --limit 20"})
final class KvScanCommand implements Callable<Integer> {
  @Option(names = "--prefix", paramLabel = "TEXT", description = "Only keys that begin so.")
  private String prefix = "";

  @Option(names = "--from", paramLabel = "KEY", description = "First key, instead of a prefix.")
  private String from;

  @Option(names = "--to", paramLabel = "KEY", description = "Key to stop before.")
  private String to;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Entries at most (default: ${DEFAULT-VALUE}).")
  private int limit = 100;

  @Option(names = "--reverse", description = "From the last key to the first.")
  private boolean reverse;

  @Option(names = "--keys-only", description = "Leave the values out.")
  private boolean keysOnly;

  @Option(names = "--count", description = "Only count.")
  private boolean count;

  @Option(names = "--revision", paramLabel = "N", description = "As of this revision.")
  private long revision;

  @Option(
      names = "--local",
      description = "Read what one node has applied, perhaps not the latest.")
  private boolean local;

  @Mixin private KvOptions kv;

  private final Root root;

  KvScanCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    KvQuery query =
        KvOptions.made(() -> new KvQuery.Range(keys(), limit, revision, reverse, keysOnly, count));
    try (KvLink link = kv.connect(root)) {
      KvResult result = link.now(link.read(query, KvOptions.level(local)));
      KvView view = KvView.of(result);
      if (root.json() || count) {
        root.print(view);
      } else {
        table(view);
      }
    }
    return ExitCode.OK;
  }

  private KeyRange keys() {
    if (from == null && to == null) {
      return KeyRange.prefix(kv.bytes(prefix));
    }
    Bytes first = from == null ? Bytes.EMPTY : kv.bytes(from);
    return new KeyRange(first, to == null ? null : kv.bytes(to));
  }

  private void table(KvView view) {
    root.terminal()
        .table(
            List.of("KEY", "VALUE", "REVISION", "VERSION"),
            view.entries().stream()
                .map(
                    e ->
                        List.of(
                            shown(e.key()),
                            shown(e.value()),
                            Long.toString(e.modRevision()),
                            Long.toString(e.version())))
                .toList());
    if (Boolean.TRUE.equals(view.more())) {
      root.terminal().err().println("there are more: --limit, or --from the last key");
    }
  }

  /** What fits into a line of a table. */
  private static String shown(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() > 80 ? line.substring(0, 79) + "…" : line;
  }
}
