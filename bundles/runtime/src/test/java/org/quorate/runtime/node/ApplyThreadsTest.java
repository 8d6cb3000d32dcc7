package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.Isolation;
import org.quorate.api.KeyRange;
import org.quorate.api.Proposal;
import org.quorate.api.Transaction;
import org.quorate.api.kv.Compare;
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
import org.quorate.spi.storage.StateCursor;
import org.quorate.storage.memory.MemoryStateStorage;

/**
 * Random histories of all commands, executed in order and by so many threads: answers, verdicts,
 * hashes and every byte of the state are equal (I7).
 */
class ApplyThreadsTest {
  private static final int RECORDS = 600;
  private static final int KEYS = 24;
  private static final Bytes NODE = Bytes.utf8("n1");

  /** What a replica of the history answered and became. */
  private record Result(List<String> answers, List<String> state, long prepared, int windows) {}

  /** Makes a history; the same for a seed. */
  private static final class Author {
    final SplittableRandom random;
    final List<LogRecord> records = new ArrayList<>();
    final List<Long> sessions = new ArrayList<>();
    final List<Long> sequences = new ArrayList<>();
    long versions;
    long timeMs;

    Author(long seed) {
      random = new SplittableRandom(seed);
      for (int i = 0; i < RECORDS; i++) {
        records.add(record());
      }
    }

    LogRecord record() {
      int kind = random.nextInt(100);
      if (sessions.isEmpty() || kind < 2) {
        sessions.add(records.size() + 1L);
        sequences.add(0L);
        return new LogRecord.OpenSession(400);
      } else if (kind < 3) {
        return new LogRecord.CloseSession(sessions.get(random.nextInt(sessions.size())));
      } else if (kind < 6) {
        timeMs += 100;
        return new LogRecord.TimeStep(timeMs - 100, 100);
      } else if (kind < 10) {
        return new LogRecord.KeepAlive(sessions);
      } else if (kind < 11) {
        return new LogRecord.StateMark();
      }
      versions++;
      Bytes command = command(0).encode();
      Transaction transaction = random.nextInt(4) == 0 ? transaction() : null;
      int who = random.nextInt(sessions.size());
      long session = transaction != null || random.nextInt(3) == 0 ? sessions.get(who) : 0;
      boolean repeated = sequences.get(who) > 0 && random.nextInt(8) == 0;
      long sequence = sequences.get(who) + (repeated || session == 0 ? 0 : 1);
      sequences.set(who, sequence);
      return new LogRecord.Command(
          NODE, new Proposal(session, session == 0 ? 0 : sequence, 0, command, transaction));
    }

    Bytes key() {
      return Bytes.utf8("k" + random.nextInt(KEYS));
    }

    KeyRange range() {
      return new KeyRange(key(), random.nextBoolean() ? null : key());
    }

    Bytes value() {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      return Bytes.wrap(bytes);
    }

    Transaction transaction() {
      List<KeyRange> ranges = random.nextInt(4) == 0 ? List.of(range()) : List.of();
      List<Bytes> written = random.nextInt(10) == 0 ? List.of() : List.of(key());
      long snapshot = Math.max(0, versions * 2 / 3 - random.nextInt(20));
      Isolation level = Isolation.values()[random.nextInt(3)];
      List<Bytes> read = random.nextInt(5) == 0 ? List.of() : List.of(key());
      return new Transaction(snapshot, level, read, ranges, written, 1 + random.nextInt(3), 50);
    }

    KvCommand command(int depth) {
      return switch (random.nextInt(depth == 0 ? 12 : 9)) {
        case 0, 1, 2 -> {
          long lease = random.nextInt(3) > 0 ? 0 : sessions.get(random.nextInt(sessions.size()));
          yield new KvCommand.Put(key(), value(), lease, random.nextBoolean());
        }
        case 3 -> new KvCommand.Delete(range(), random.nextBoolean());
        case 4 -> new KvCommand.Delete(KeyRange.single(key()), true);
        case 5 -> new KvCommand.Append(key(), value());
        case 6 -> new KvCommand.Add(Bytes.utf8("n" + random.nextInt(4)), 1);
        case 7 -> new KvCommand.Read(KvQuery.range(range(), random.nextInt(10)));
        case 8 -> new KvCommand.CompareAndSet(key(), null, value());
        case 9 -> new KvCommand.Compact(1 + random.nextInt((int) versions));
        default ->
            new KvCommand.Txn(
                List.of(random.nextBoolean() ? Compare.present(key()) : Compare.absent(key())),
                List.of(command(1), command(1)),
                List.of(command(1)));
      };
    }
  }

  private static Result replay(List<LogRecord> records, ExecutorService threads, long seed)
      throws InterruptedException, ExecutionException {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> answers = new ArrayList<>();
    int windows = 0;
    try (MemoryStateStorage storage = new MemoryStateStorage()) {
      GroupStore store = new GroupStore(storage.open(GroupId.of("g")));
      VirtualLog log =
          new VirtualLog(
              store,
              new KvStateMachine(),
              7,
              Chain.genesis("any", new Membership(1, List.of())),
              (origin, ticket, outcome) -> answers.add(ticket + " " + outcome),
              at -> null);
      List<Upcoming> waiting = new ArrayList<>();
      for (int i = 0; i < records.size(); ) {
        waiting.add(new Upcoming(i + 1, LogRecord.encode(1, i, records.get(i)), false));
        i++;
        if (threads == null) {
          log.deliver(waiting.get(0).inner(), waiting.remove(0).payload());
        } else if (i == records.size() || random.nextInt(20) == 0) {
          while (!waiting.isEmpty()) {
            Ahead ahead = log.ahead(waiting, 1);
            if (ahead.size() > 1) {
              List<Future<?>> lanes = new ArrayList<>();
              for (int lane = 0; lane < 8; lane++) {
                lanes.add(threads.submit(ahead::work));
              }
              for (Future<?> lane : lanes) {
                lane.get();
              }
              log.expect(ahead);
              windows++;
            }
            for (int left = ahead.records(); left > 0; left--) {
              Upcoming next = waiting.remove(0);
              log.deliver(next.inner(), next.payload());
              answers.add(Long.toHexString(log.stateHash()));
            }
          }
        }
        if (threads == null) {
          answers.add(Long.toHexString(log.stateHash()));
        }
      }
      log.save(Bytes.EMPTY);
      List<String> state = new ArrayList<>();
      try (StateCursor all = store.scan(Bytes.EMPTY, null)) {
        while (all.next()) {
          state.add(all.key() + " = " + all.value());
        }
      }
      return new Result(answers, state, log.prepared(), windows);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void anyNumberOfThreadsGivesTheSameState(int threads) throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      long prepared = 0;
      for (long seed = 1; seed <= 40; seed++) {
        List<LogRecord> records = new Author(seed).records;
        Result plain = replay(records, null, seed);
        Result parallel = replay(records, workers, seed);
        assertEquals(plain.answers(), parallel.answers(), "answers of seed " + seed);
        assertEquals(plain.state(), parallel.state(), "state of seed " + seed);
        assertEquals(0, plain.prepared());
        prepared += parallel.prepared();
      }
      assertTrue(prepared > 40 * RECORDS / 8, "only " + prepared + " were worked out beforehand");
    } finally {
      workers.shutdownNow();
    }
  }

  /** The sizes of the windows follow the dependencies: one key is one command at a time. */
  @Test
  void commandsOnOneKeyWaitForEachOtherAndOthersDoNot() throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(2);
    try {
      List<LogRecord> hot = new ArrayList<>();
      List<LogRecord> apart = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        hot.add(put("k"));
        apart.add(put("k" + i));
      }
      assertEquals(0, replay(hot, workers, 1).prepared());
      assertEquals(0, replay(hot, workers, 1).windows());
      assertTrue(replay(apart, workers, 1).prepared() > 24);
    } finally {
      workers.shutdownNow();
    }
  }

  private static LogRecord put(String key) {
    Bytes command = KvCommand.put(Bytes.utf8(key), Bytes.utf8("value")).encode();
    return new LogRecord.Command(NODE, Proposal.bare(command));
  }
}
