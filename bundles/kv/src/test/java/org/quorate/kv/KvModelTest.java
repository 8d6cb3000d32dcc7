package org.quorate.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvEvent;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.state.QueryException;

/** Random commands and queries; every answer must be the model's. */
class KvModelTest {
  private static final int STEPS = 1500;
  private static final Bytes[] KEYS = {
    Bytes.wrap(new byte[] {0}),
    Bytes.wrap(new byte[] {0, 0}),
    Bytes.wrap(new byte[] {0, (byte) 0xff}),
    Bytes.wrap(new byte[] {0, 1}),
    Bytes.utf8("a"),
    Bytes.utf8("a\0"),
    Bytes.utf8("a\0b"),
    Bytes.utf8("ab"),
    Bytes.utf8("b"),
    Bytes.wrap(new byte[] {(byte) 0xff}),
    Bytes.wrap(new byte[] {(byte) 0xff, 0}),
    Bytes.wrap(new byte[] {(byte) 0xff, (byte) 0xff}),
  };

  private SplittableRandom random;
  private KvModel model;
  private MapContext context;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void answersAreTheModels(long seed) {
    random = new SplittableRandom(seed);
    model = new KvModel();
    context = new MapContext(new KvStateMachine());
    int refused = 0;
    for (int step = 0; step < STEPS; step++) {
      refused += step() ? 0 : 1;
      assertEquals(model.hash(), context.hash(), "hash after step " + step);
      query();
      names();
      changes();
    }
    assertTrue(refused > 10 && refused < STEPS / 2, refused + " commands refused");
    assertStats();
    assertNothingIsLeftBehind();
  }

  /** One commit; false if it was refused. */
  private boolean step() {
    int kind = random.nextInt(20);
    if (kind == 0 || model.leases.isEmpty()) {
      model.leases.add((long) random.nextInt(1, 5));
      context.leases.addAll(model.leases);
      return true;
    } else if (kind == 1) {
      long lease = random.nextInt(1, 5);
      model.endLease(lease);
      context.endLease(lease);
      assertWrote();
      return true;
    }
    KvCommand command =
        kind == 2 && random.nextInt(4) == 0
            ? new KvCommand.Compact(random.nextLong(model.revision() + 3))
            : command(0);
    KvResult expected = model.apply(command);
    KvResult actual = context.apply(command);
    assertWrote();
    if (expected instanceof KvResult.Failed failed) {
      assertEquals(failed.error(), ((KvResult.Failed) actual).error(), command::toString);
      return false;
    }
    assertEquals(expected, actual, command::toString);
    return true;
  }

  private void assertWrote() {
    TreeSet<Bytes> keys = new TreeSet<>();
    model.events.get(model.events.size() - 1).forEach(e -> keys.add(e.entry().key()));
    assertEquals(keys, context.wrote);
  }

  private KvCommand command(int depth) {
    return switch (random.nextInt(depth == KvCommand.MAX_DEPTH ? 11 : 15)) {
      case 0, 1, 2 -> new KvCommand.Put(key(), value(), lease(), random.nextBoolean());
      case 3 -> new KvCommand.Delete(KeyRange.single(key()), random.nextBoolean());
      case 4 -> new KvCommand.Delete(range(), random.nextBoolean());
      case 5 -> new KvCommand.Add(key(), random.nextInt(8) == 0 ? Long.MAX_VALUE : -3);
      case 6 -> new KvCommand.Append(key(), value());
      case 7 -> new KvCommand.Read(random.nextBoolean() ? KvQuery.get(key()) : rangeQuery(0));
      case 8 -> new KvCommand.Add(key(), random.nextInt(5) - 3, random.nextInt(2) - 1);
      case 9 ->
          new KvCommand.CompareAndSet(key(), random.nextInt(3) == 0 ? null : value(), value());
      case 10 -> new KvCommand.PutNext(key(), key(), value(), lease());
      default ->
          new KvCommand.Txn(
              compares(), commands(depth + 1, random.nextInt(5)), commands(depth + 1, 2));
    };
  }

  private List<KvCommand> commands(int depth, int count) {
    List<KvCommand> commands = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      commands.add(command(depth));
    }
    return commands;
  }

  private List<Compare> compares() {
    List<Compare> compares = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      Compare.Target target = Compare.Target.values()[random.nextInt(5)];
      Bytes operand = target == Compare.Target.VALUE ? value() : Bytes.ofLong(random.nextInt(5));
      KeyRange keys = random.nextBoolean() ? KeyRange.single(key()) : range();
      Compare.Op op = Compare.Op.values()[random.nextInt(4)];
      compares.add(new Compare(keys, target, op, operand));
    }
    return compares;
  }

  private Bytes key() {
    return KEYS[random.nextInt(KEYS.length)];
  }

  private Bytes value() {
    return random.nextInt(4) == 0
        ? Bytes.utf8("v" + random.nextInt(3))
        : Bytes.utf8("" + random.nextInt(3));
  }

  private long lease() {
    return switch (random.nextInt(9)) {
      case 0, 1 -> random.nextInt(5);
      case 2 -> -random.nextInt(5);
      case 3 -> KvCommand.KEEP_LEASE;
      default -> 0;
    };
  }

  private KeyRange range() {
    return switch (random.nextInt(4)) {
      case 0 -> KeyRange.prefix(key());
      case 1 -> new KeyRange(key(), null);
      case 2 -> new KeyRange(random.nextInt(3) == 0 ? Bytes.EMPTY : key(), key());
      default -> new KeyRange(Bytes.EMPTY, null);
    };
  }

  private KvQuery.Range rangeQuery(long revision) {
    return new KvQuery.Range(
        range(),
        random.nextInt(6),
        revision,
        random.nextBoolean(),
        random.nextInt(4) == 0,
        random.nextInt(6) == 0);
  }

  private void query() {
    long asked = random.nextBoolean() ? 0 : random.nextLong(model.revision() + 2);
    KvQuery query = random.nextBoolean() ? new KvQuery.Get(key(), asked) : rangeQuery(asked);
    if (asked > model.revision()) {
      assertRejected(Rejection.MALFORMED, query);
    } else if (asked != 0 && asked < model.compacted) {
      assertRejected(Rejection.COMPACTED, query);
    } else {
      long revision = asked == 0 ? model.revision() : asked;
      NavigableMap<Bytes, KvEntry> data = model.revisions.get((int) revision);
      assertEquals(KvModel.read(data, query, revision), context.query(query), query::toString);
    }
  }

  /** Reads a level of a hierarchy, page by page. */
  private void names() {
    byte separator = (byte) new int[] {0, 1, 'b', '0', 0xff}[random.nextInt(5)];
    Bytes prefix = random.nextInt(3) == 0 ? Bytes.EMPTY : key();
    Bytes after = random.nextInt(3) == 0 ? key() : Bytes.EMPTY;
    KvQuery.Names query = new KvQuery.Names(prefix, separator, after, random.nextInt(4));
    List<KvResult.NamesDone.Name> expected = KvModel.names(model.latest(), query);
    List<KvResult.NamesDone.Name> actual = new ArrayList<>();
    KvResult.NamesDone page;
    do {
      page =
          (KvResult.NamesDone)
              context.query(new KvQuery.Names(prefix, separator, after, query.limit()));
      actual.addAll(page.names());
      after = page.names().isEmpty() ? after : page.names().get(page.names().size() - 1).name();
    } while (page.more());
    assertEquals(expected, actual, query::toString);
  }

  private void assertRejected(Rejection code, KvQuery query) {
    QueryException e = assertThrows(QueryException.class, () -> context.query(query));
    assertEquals(code, e.code(), query::toString);
  }

  /** Reads all changes from somewhere on, answer by answer. */
  private void changes() {
    long from = random.nextLong(model.revision() + 3);
    KeyRange keys = range();
    boolean previous = random.nextBoolean();
    KvQuery.Changes first =
        new KvQuery.Changes(keys, from, random.nextInt(9), random.nextInt(40), previous);
    if (from == 0) {
      assertRejected(Rejection.MALFORMED, first);
      return;
    } else if (from <= model.compacted) {
      assertRejected(Rejection.COMPACTED, first);
      return;
    }
    List<KvEvent> expected = new ArrayList<>();
    for (long r = from; r <= model.revision(); r++) {
      for (KvEvent e : model.events.get((int) r)) {
        if (keys.contains(e.entry().key())) {
          expected.add(previous ? e : new KvEvent(e.type(), e.entry(), null));
        }
      }
    }
    List<KvEvent> actual = new ArrayList<>();
    KvResult.ChangesDone page;
    do {
      page =
          (KvResult.ChangesDone)
              context.query(
                  new KvQuery.Changes(keys, from, first.limit(), first.limitBytes(), previous));
      actual.addAll(page.events());
      assertTrue(page.upTo() >= from - 1);
      from = page.upTo() + 1;
    } while (page.more());
    assertEquals(expected, actual, first::toString);
  }

  private void assertStats() {
    KvResult.StatsDone stats = (KvResult.StatsDone) context.query(new KvQuery.Stats());
    assertEquals(model.latest().size(), stats.keys());
    assertEquals(model.hash(), stats.hash());
    assertEquals(model.compacted, stats.compacted());
    for (long lease = -4; lease < 5; lease++) {
      long id = lease;
      if (id == 0) {
        continue;
      }
      List<Bytes> expected =
          model.latest().values().stream().filter(e -> e.lease() == id).map(KvEntry::key).toList();
      List<Bytes> actual = new ArrayList<>();
      KvResult.LeaseKeysDone page;
      do {
        Bytes after = actual.isEmpty() ? Bytes.EMPTY : actual.get(actual.size() - 1);
        page = (KvResult.LeaseKeysDone) context.query(new KvQuery.LeaseKeys(id, after, 1));
        actual.addAll(page.keys());
      } while (page.more());
      assertEquals(expected, actual);
    }
  }

  /** When all is compacted the state holds the live keys, the lease index and the numbers. */
  private void assertNothingIsLeftBehind() {
    long leased = model.latest().values().stream().filter(e -> e.lease() != 0).count();
    for (int i = 0; i < 5; i++) {
      context.apply(new KvCommand.Compact(context.version()));
    }
    assertEquals(model.latest().size() + leased + 1, context.state.size());
    assertEquals(model.hash(), context.hash());
    KvResult.StatsDone stats = (KvResult.StatsDone) context.query(new KvQuery.Stats());
    assertEquals(0, stats.historyBytes());
  }
}
