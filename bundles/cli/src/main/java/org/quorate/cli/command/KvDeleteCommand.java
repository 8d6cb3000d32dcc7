package org.quorate.cli.command;

import java.util.concurrent.Callable;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.kv.KvCommand;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.KvLink;
import org.quorate.management.KvView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "delete",
    description = "Deletes a key, or every key that begins so with --prefix.",
    footer = {"", "Example: quorate kv delete colour"})
final class KvDeleteCommand implements Callable<Integer> {
  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key;

  @Option(names = "--prefix", description = "Delete every key that begins with KEY.")
  private boolean prefix;

  @Option(names = "--previous", description = "Also show what was there before.")
  private boolean previous;

  @Mixin private KvOptions kv;

  private final Root root;

  KvDeleteCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (KvLink link = kv.connect(root)) {
      Bytes bytes = kv.bytes(key);
      KeyRange keys = prefix ? KeyRange.prefix(bytes) : KeyRange.single(bytes);
      root.print(KvView.of(link.now(link.write(new KvCommand.Delete(keys, previous)))));
    }
    return ExitCode.OK;
  }
}
