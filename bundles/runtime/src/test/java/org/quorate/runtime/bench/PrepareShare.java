package org.quorate.runtime.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.KeyRange;
import org.quorate.api.Proposal;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.core.log.Ahead;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogRecord;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.log.VirtualLog.Upcoming;
import org.quorate.core.state.GroupStore;
import org.quorate.kv.KvStateMachine;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.storage.StateStorage;
import org.quorate.storage.memory.MemoryStateStorage;

/**
 * How much of a command can be worked out on a worker ({@code apply.threads}) and how much stays on
 * the group's loop: processor time of one thread that does both, so what else the machine does does
 * not count. No test, asserts nothing.
 */
final class PrepareShare {
  private static final int COMMANDS = 64;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private PrepareShare() {}

  /** Prints a table. */
  public static void main(String[] args) {
    System.out.printf("%-24s %12s %12s %12s%n", "command", "look us", "workers us", "loop us");
    for (int bytes : new int[] {100, 4 << 10, 32 << 10, 256 << 10}) {
      int rounds = Math.max(2, Math.min(30, (16 << 20) / bytes / COMMANDS));
      measure(
          "put of " + bytes + " bytes",
          rounds,
          i -> KvCommand.put(key(i), Bytes.wrap(new byte[bytes])));
    }
    for (int keys : new int[] {100, 1_000}) {
      measure(
          "read of " + keys + " keys", 10, i -> new KvCommand.Read(KvQuery.range(range(keys), 0)));
      measure("count of " + keys + " keys", 10, i -> new KvCommand.Read(count(keys)));
    }
  }

  private static KvQuery.Range count(int keys) {
    return new KvQuery.Range(range(keys), 0, 0, false, false, true);
  }

  private static Bytes key(int i) {
    return Bytes.utf8(String.format("key/%05d", i));
  }

  private static KeyRange range(int keys) {
    return new KeyRange(key(0), key(keys));
  }

  private interface Maker {
    KvCommand make(int i);
  }

  private static void measure(String what, int rounds, Maker maker) {
    try (StateStorage storage = new MemoryStateStorage()) {
      VirtualLog log =
          new VirtualLog(
              new GroupStore(storage.open(GroupId.of("bench"))),
              new KvStateMachine(),
              1,
              Chain.genesis("bench", new Membership(1, List.of())),
              (o, t, out) -> {},
              at -> null);
      long inner = 0;
      for (int i = 0; i < 1_000; i++) {
        log.deliver(++inner, record(KvCommand.put(key(i), Bytes.wrap(new byte[100]))));
      }
      long[] spent = new long[3];
      for (int round = 0; round < 2 * rounds; round++) {
        if (round == rounds) {
          spent = new long[3];
        }
        List<Upcoming> records = new ArrayList<>();
        for (int i = 0; i < COMMANDS; i++) {
          records.add(new Upcoming(++inner, record(maker.make(i)), false));
        }
        long began = THREADS.getCurrentThreadCpuTime();
        Ahead ahead = log.ahead(records, 1);
        long looked = THREADS.getCurrentThreadCpuTime();
        ahead.work();
        long worked = THREADS.getCurrentThreadCpuTime();
        log.expect(ahead);
        records.forEach(r -> log.deliver(r.inner(), r.payload()));
        spent[0] += looked - began;
        spent[1] += worked - looked;
        spent[2] += THREADS.getCurrentThreadCpuTime() - worked;
      }
      double each = 1e3 * rounds * COMMANDS;
      System.out.printf(
          "%-24s %12.1f %12.1f %12.1f%n", what, spent[0] / each, spent[1] / each, spent[2] / each);
    }
  }

  private static Bytes record(KvCommand command) {
    return LogRecord.encode(
        1, 1, new LogRecord.Command(Bytes.utf8("n1"), Proposal.bare(command.encode())));
  }
}
