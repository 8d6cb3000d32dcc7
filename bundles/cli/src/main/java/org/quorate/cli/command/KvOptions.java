package org.quorate.cli.command;

import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.ReadLevel;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.KvLink;
import org.quorate.management.TextBytes;
import picocli.CommandLine.Option;

/** Options that the key-value commands have in common. */
final class KvOptions {
  @Option(
      names = "--group",
      paramLabel = "GROUP",
      description = "The group (default: ${DEFAULT-VALUE}).")
  String group = "default";

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description = "How keys and values are written: utf8, base64, hex.")
  TextBytes encoding = TextBytes.UTF8;

  @Option(
      names = "--timeout",
      paramLabel = "S",
      description = "Seconds to try (default: ${DEFAULT-VALUE}).")
  int timeout = 30;

  KvLink connect(Root root) {
    if (timeout < 1) {
      throw wrong("--timeout " + timeout + " is less than a second");
    }
    root.anyRuns();
    try {
      return new KvLink(root.reach(), group, timeout * 1000L);
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  /** Makes a query of what was typed; what it refuses is wrong usage. */
  static <T> T made(Supplier<T> query) {
    try {
      return query.get();
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private static CliException wrong(String what) {
    return new CliException(ExitCode.USAGE, what, "correct the command");
  }

  Bytes bytes(String text) {
    return encoding.read(text);
  }

  static ReadLevel level(boolean local) {
    return local ? ReadLevel.LOCAL : ReadLevel.LINEARIZABLE;
  }
}
