package org.quorate.cli.command;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.api.wire.Decoder;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.KvLink;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "lease",
    description = {
      "Grants a lease of so many seconds, starts its time anew (keep), ends it, or lists its keys.",
      "Keys put with --lease are deleted when it ends, all in one revision.",
      "Asked for its keys, a lease that has none is kept."
    },
    footer = {"", "Example: quorate kv lease grant 60"})
final class KvLeaseCommand implements Callable<Integer> {
  private static final int KEYS = 10_000;

  private enum Action {
    GRANT,
    KEEP,
    END,
    KEYS
  }

  @Parameters(index = "0", paramLabel = "ACTION", description = "grant, keep, end or keys.")
  private Action action;

  @Parameters(
      index = "1",
      paramLabel = "SECONDS|LEASE",
      description = "How long it lasts without keep, or the number that grant answered.")
  private long number;

  @Mixin private KvOptions kv;

  private final Root root;

  KvLeaseCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (number < 1) {
      throw new CliException(
          ExitCode.USAGE, number + " is less than 1", "see quorate kv lease --help");
    }
    try (KvLink link = kv.connect(root)) {
      GroupAccess access = link.group().access();
      switch (action) {
        case GRANT -> {
          Bytes id = link.done(access.openSession(TimeUnit.SECONDS.toMillis(number))).result();
          root.print(Map.of("lease", new Decoder(id).i64()));
        }
        case KEEP -> {
          keep(link, access);
          root.print(Map.of("kept", number));
        }
        case END -> {
          keep(link, access); // who ends a lease that is not there is told so
          Outcome.Committed ended = link.done(access.closeSession(number));
          root.print(Map.of("ended", number, "revision", ended.gtid().version()));
        }
        case KEYS -> {
          KvQuery query = KvOptions.made(() -> new KvQuery.LeaseKeys(number, Bytes.EMPTY, KEYS));
          KvResult.LeaseKeysDone found =
              (KvResult.LeaseKeysDone) link.now(link.read(query, ReadLevel.LINEARIZABLE));
          if (found.keys().isEmpty()) {
            keep(link, access); // no read tells whether there is a lease without keys
          }
          root.print(
              Map.of(
                  "keys", found.keys().stream().map(kv.encoding::show).toList(),
                  "more", found.more()));
        }
      }
    }
    return ExitCode.OK;
  }

  private void keep(KvLink link, GroupAccess access) throws InterruptedException {
    Bytes gone = link.done(access.keepAlive(List.of(number))).result();
    if (new Decoder(gone).varint() > 0) {
      throw new CliException(ExitCode.FAILED, "no lease " + number, "grant a new lease");
    }
  }
}
