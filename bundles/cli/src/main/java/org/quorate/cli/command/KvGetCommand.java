package org.quorate.cli.command;

import java.util.concurrent.Callable;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.KvLink;
import org.quorate.management.KvView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "get",
    description = "Prints the value of a key; fails if there is none.",
    footer = {"", "Example: quorate kv get colour"})
final class KvGetCommand implements Callable<Integer> {
  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key;

  @Option(
      names = "--revision",
      paramLabel = "N",
      description = "As of this revision (default: the latest).")
  private long revision;

  @Option(
      names = "--local",
      description = "Read what one node has applied, perhaps not the latest.")
  private boolean local;

  @Mixin private KvOptions kv;

  private final Root root;

  KvGetCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    KvQuery query = KvOptions.made(() -> new KvQuery.Get(kv.bytes(key), revision));
    try (KvLink link = kv.connect(root)) {
      KvResult result = link.now(link.read(query, KvOptions.level(local)));
      KvView view = KvView.of(result);
      if (!(result instanceof KvResult.GetDone done) || done.entry() == null) {
        throw new CliException(
            ExitCode.FAILED,
            "no key '" + key + "' at revision " + result.revision(),
            "'quorate kv scan' lists the keys");
      }
      if (root.json()) {
        root.print(view);
      } else {
        root.terminal().out().println(kv.encoding.show(done.entry().value()));
      }
    }
    return ExitCode.OK;
  }
}
