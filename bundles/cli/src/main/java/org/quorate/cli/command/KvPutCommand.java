package org.quorate.cli.command;

import java.util.concurrent.Callable;
import org.quorate.api.kv.KvCommand;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.KvLink;
import org.quorate.management.KvView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "put",
    description = "Sets a value; answers the revision.",
    footer = {"", "Example: quorate kv put colour green"})
final class KvPutCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
  private String key;

  @Parameters(index = "1", paramLabel = "VALUE", description = "The value.")
  private String value;

  @Option(
      names = "--lease",
      paramLabel = "LEASE",
      description = "The key is deleted when this lease ends: see kv lease.")
  private long lease;

  @Option(names = "--previous", description = "Also show what was there before.")
  private boolean previous;

  @Mixin private KvOptions kv;

  private final Root root;

  KvPutCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (KvLink link = kv.connect(root)) {
      KvCommand put = new KvCommand.Put(kv.bytes(key), kv.bytes(value), lease, previous);
      root.print(KvView.of(link.now(link.write(put))));
    }
    return ExitCode.OK;
  }
}
