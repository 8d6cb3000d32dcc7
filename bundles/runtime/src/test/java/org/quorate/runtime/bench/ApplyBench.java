package org.quorate.runtime.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.Proposal;
import org.quorate.api.kv.KvCommand;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogRecord;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.state.GroupStore;
import org.quorate.kv.KvStateMachine;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;
import org.quorate.storage.mapdb.MapdbStateStorage;

/**
 * What the execution of a put costs, in counts that do not depend on what else the machine does:
 * bytes allocated on the group's loop, heap retained until the next checkpoint, bytes that the
 * checkpoint writes. {@code main [keys] [puts]}: so many puts of 100 bytes to keys at random, in
 * three rounds with a checkpoint to MapDB after each. No test, asserts nothing.
 */
final class ApplyBench {
  private static final int VALUE_BYTES = 100;
  private static final int ROUNDS = 3;

  private ApplyBench() {}

  /** Runs it in a temporary folder of its own. */
  public static void main(String[] args) throws IOException {
    int keys = args.length > 0 ? Integer.parseInt(args[0]) : 4096;
    int puts = args.length > 1 ? Integer.parseInt(args[1]) : 100_000;
    Path folder = Files.createTempDirectory("apply-bench");
    try (StateStorage storage = new MapdbStateStorage(folder);
        StateStore state = storage.open(GroupId.of("bench"))) {
      run(state, keys, puts);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private static void run(StateStore state, int keys, int puts) {
    GroupStore store = new GroupStore(state);
    VirtualLog log =
        new VirtualLog(
            store,
            new KvStateMachine(),
            1,
            Chain.genesis("bench", new Membership(1, List.of())),
            (o, t, out) -> {},
            at -> null);
    SplittableRandom random = new SplittableRandom(1);
    byte[] noise = new byte[VALUE_BYTES];
    random.nextBytes(noise);
    Bytes value = Bytes.wrap(noise);
    System.out.printf(
        "%8s %12s %12s %12s %12s %12s%n",
        "keys", "B alloc/put", "B kept/put", "us/put", "B disk/put", "checkpoint ms");
    long inner = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Bytes[] payloads = new Bytes[puts];
      for (int i = 0; i < puts; i++) {
        Bytes key = Bytes.utf8(String.format("bench/%07d", random.nextInt(keys)));
        Bytes command = new KvCommand.Put(key, value, 0, false).encode();
        payloads[i] =
            LogRecord.encode(
                1,
                i,
                new LogRecord.Command(Bytes.utf8("n1"), new Proposal(0, 0, 0, command, null)));
      }
      long heap = usedHeap();
      long allocated = allocated();
      long began = System.nanoTime();
      for (Bytes payload : payloads) {
        log.deliver(++inner, payload);
      }
      double micros = (System.nanoTime() - began) / 1e3 / puts;
      allocated = allocated() - allocated;
      long kept = usedHeap() - heap;
      Reference.reachabilityFence(payloads);
      long written = written();
      began = System.nanoTime();
      log.save(Bytes.EMPTY);
      store.freeze(inner);
      store.commitFrozen(StateBatch.Pace.NONE);
      store.thaw();
      long checkpointMs = (System.nanoTime() - began) / 1_000_000;
      System.out.printf(
          "%8d %12d %12d %12.2f %12d %12d%n",
          keys, allocated / puts, kept / puts, micros, (written() - written) / puts, checkpointMs);
    }
  }

  /** Bytes this thread has allocated; 0 where the JVM does not tell. */
  private static long allocated() {
    try {
      return (long)
          ManagementFactory.getPlatformMBeanServer()
              .getAttribute(
                  ObjectName.getInstance(ManagementFactory.THREAD_MXBEAN_NAME),
                  "CurrentThreadAllocatedBytes");
    } catch (JMException e) {
      return 0;
    }
  }

  private static long usedHeap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** Bytes this process gave to the disks; 0 where the system does not tell. */
  private static long written() {
    try {
      List<String> io = Files.readAllLines(Path.of("/proc/self/io"));
      return io.stream()
          .filter(line -> line.startsWith("wchar: "))
          .mapToLong(line -> Long.parseLong(line.substring(7)))
          .sum();
    } catch (IOException e) {
      return 0;
    }
  }
}
