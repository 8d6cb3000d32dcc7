package org.quorate.cli.command;

import java.util.concurrent.Callable;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.KvLink;
import org.quorate.management.KvView;
import org.quorate.management.TxnScript;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "txn",
    description = {
      "Runs commands if all comparisons hold, others if not; all of them or none.",
      "Commands: put KEY VALUE, delete KEY, add KEY NUMBER, append KEY VALUE, get KEY.",
      "Comparisons: KEY = VALUE (!= < >), KEY absent, KEY present, KEY version > 3 (create, mod)."
    },
    footer = {"", "Example: quorate kv txn 'put lock me' --when 'lock absent' --else 'get lock'"})
final class KvTxnCommand implements Callable<Integer> {
  @Parameters(paramLabel = "COMMANDS", description = "What is run, ';' between.")
  private String then;

  @Option(names = "--when", paramLabel = "COMPARISONS", description = "Conditions, ';' between.")
  private String when = "";

  @Option(names = "--else", paramLabel = "COMMANDS", description = "Run if a condition fails.")
  private String otherwise = "";

  @Mixin private KvOptions kv;

  private final Root root;

  KvTxnCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (KvLink link = kv.connect(root)) {
      root.print(KvView.of(link.now(link.write(TxnScript.parse(when, then, otherwise)))));
    }
    return ExitCode.OK;
  }
}
