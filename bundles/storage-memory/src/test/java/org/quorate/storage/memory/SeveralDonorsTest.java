package org.quorate.storage.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.core.log.LogPoint;
import org.quorate.core.log.LogRecord.SnapshotMark;
import org.quorate.core.snapshot.SnapshotHost;
import org.quorate.core.snapshot.SnapshotTransfer;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;

/** One snapshot that comes from several replicas, in virtual time. */
class SeveralDonorsTest {
  private static final GroupId GROUP = GroupId.of("g");
  private static final int PIECE = 100;
  private static final int ENTRIES = 200;

  private record Frame(Node from, Node to, Bytes message) {}

  private final Map<NodeId, Node> nodes = new TreeMap<>();
  private final ArrayDeque<Runnable> work = new ArrayDeque<>();
  private final List<Frame> wire = new ArrayList<>();
  private long nowMs;
  private Node slow;
  private Node damagedBy;
  private int pieces;

  /** A replica, as far as snapshots go. */
  private final class Node implements SnapshotHost {
    final NodeId id;
    final SnapshotStore store = new MemoryStateStorage().snapshots(GROUP);
    final StateStore state = new MemoryStateStorage().open(GROUP);
    final List<String> ends = new ArrayList<>();
    SnapshotTransfer transfer = new SnapshotTransfer(this, store);
    LogPoint applied = new LogPoint(1, 0);
    boolean alive = true;
    boolean sound = true;
    boolean skipsMarks;
    int sentBytes;
    long ids;

    Node(String name) {
      id = NodeId.of(name);
      nodes.put(id, this);
    }

    void holds(int entries, String value) {
      Map<Bytes, Bytes> content = new TreeMap<>();
      for (int i = 0; i < entries; i++) {
        content.put(Bytes.utf8("key" + (1000 + i)), Bytes.utf8(value + i));
      }
      state.commit(new StateBatch(content.entrySet(), 7, StateBatch.Pace.NONE));
      applied = new LogPoint(1, 7);
    }

    void restart() {
      transfer = new SnapshotTransfer(this, store);
    }

    List<String> content() {
      List<String> all = new ArrayList<>();
      try (StateCursor cursor = state.scan(Bytes.EMPTY, null)) {
        while (cursor.next()) {
          all.add(cursor.key().utf8() + "=" + cursor.value().utf8());
        }
      }
      return all;
    }

    @Override
    public long nextId() {
      return ++ids;
    }

    @Override
    public long nowMs() {
      return nowMs;
    }

    @Override
    public NodeId self() {
      return id;
    }

    @Override
    public int donors() {
      return 3;
    }

    @Override
    public int chunkBytes() {
      return PIECE;
    }

    @Override
    public long rate() {
      return 1 << 20;
    }

    @Override
    public void wrote(long bytes) {}

    @Override
    public LogPoint applied() {
      return applied;
    }

    @Override
    public void send(NodeId to, Bytes message) {
      sentBytes += message.length();
      wire.add(new Frame(this, nodes.get(to), message));
    }

    @Override
    public <T> void offload(Supplier<T> task, Consumer<T> then, Consumer<RuntimeException> failed) {
      SnapshotTransfer mine = transfer;
      work.add(
          () -> {
            if (mine == transfer) {
              then.accept(task.get());
            }
          });
    }

    @Override
    public void withImage(LogPoint point, ImageUser user) {
      user.use(state, applied, () -> {});
    }

    @Override
    public boolean imageNow(ImageUser user) {
      user.use(state, applied, () -> {});
      return true;
    }

    @Override
    public void order(SnapshotMark mark, Runnable ended) {
      for (Node node : nodes.values()) {
        if (node.alive && !node.skipsMarks) {
          work.add(() -> node.transfer.sender().marked(mark));
        }
      }
      work.add(ended);
    }

    @Override
    public boolean sound() {
      return sound;
    }

    @Override
    public void gives(NodeId to) {
      ends.add("gives");
    }

    @Override
    public void install(SnapshotStore.SnapshotId snapshot, Consumer<Boolean> done) {
      try (SnapshotStore.Reader file = store.read(snapshot);
          StateCursor entries = SnapshotTransfer.entries(file, PIECE)) {
        state.replace(entries, 7);
      }
      applied = new LogPoint(snapshot.epoch(), snapshot.inner());
      done.accept(true);
    }

    @Override
    public void sent(NodeId to, LogPoint point, boolean ok) {
      ends.add(ok ? "sent" : "failed");
    }

    @Override
    public void asked(NodeId peer, LogPoint point) {}

    @Override
    public void failed(String what, RuntimeException why) {
      throw new AssertionError(what, why);
    }
  }

  private final Node donor = new Node("a");
  private final Node helper = new Node("b");
  private final Node other = new Node("c");
  private final Node joiner = new Node("j");

  SeveralDonorsTest() {
    donor.holds(ENTRIES, "value");
    helper.holds(ENTRIES, "value");
    other.holds(ENTRIES, "value");
  }

  private void begin(Node... helpers) {
    List<NodeId> with = Arrays.stream(helpers).map(h -> h.id).toList();
    donor.transfer.sender().send(joiner.id, new LogPoint(1, 5), with);
  }

  /** What is on the way arrives, what is to be worked on is; false when there is nothing. */
  private boolean turn() {
    List<Frame> now = new ArrayList<>(wire);
    now.removeIf(frame -> frame.from() == slow && nowMs % 400 != 0);
    wire.removeAll(now);
    for (Frame frame : now) {
      if (frame.from().alive && frame.to().alive) {
        frame.to().transfer.receive(frame.from().id, arriving(frame));
      }
    }
    List<Runnable> tasks = new ArrayList<>(work);
    work.clear();
    tasks.forEach(Runnable::run);
    nowMs += 10;
    nodes.values().stream().filter(n -> n.alive).forEach(n -> n.transfer.sender().tick());
    return joiner.applied.inner() == 0;
  }

  /** The fifth piece of one donor is another one. */
  private Bytes arriving(Frame frame) {
    boolean piece = frame.message().length() > PIECE && frame.from() == damagedBy;
    if (!piece || ++pieces != 5) {
      return frame.message();
    }
    byte[] other = frame.message().toByteArray();
    other[other.length - 1] ^= 1;
    return Bytes.wrap(other);
  }

  private void run(int turns) {
    for (int i = 0; i < turns; i++) {
      turn();
    }
  }

  private void finish() {
    for (int i = 0; i < 3_000 && turn(); i++) {
      // until it is there
    }
    run(3);
    assertEquals(donor.content(), joiner.content());
  }

  private int length() {
    try (SnapshotStore.Reader file = donor.store.read(donor.store.complete().get(0))) {
      return (int) file.length();
    }
  }

  @Test
  void allDonorsGiveTheirPart() {
    begin(helper, other);
    finish();
    for (Node node : List.of(donor, helper, other)) {
      assertTrue(node.sentBytes > length() / 5, node.id + " sent " + node.sentBytes);
      assertTrue(node.sentBytes < length() / 2, node.id + " sent " + node.sentBytes);
      assertTrue(node.ends.contains("sent"), node.ends.toString());
    }
  }

  @Test
  void aDonorThatDiesCostsTheOthersItsPiecesOnly() {
    begin(helper, other);
    run(20);
    helper.alive = false;
    long diedMs = nowMs;
    finish();
    assertTrue(nowMs - diedMs < 1_800, "it is waited for once, not piece by piece");
    int sent = donor.sentBytes + helper.sentBytes + other.sentBytes;
    assertTrue(sent < length() * 3 / 2, sent + " for " + length());
    assertTrue(helper.sentBytes > 2 * PIECE, "it gave some");
  }

  @Test
  void whoWasAskedFirstMayDieAsWell() {
    begin(helper);
    run(20);
    donor.alive = false;
    finish();
    assertTrue(helper.ends.contains("sent"), helper.ends.toString());
  }

  @Test
  void aSlowDonorGivesLess() {
    slow = helper;
    begin(helper);
    finish();
    assertTrue(helper.sentBytes * 4 < donor.sentBytes, helper.sentBytes + " " + donor.sentBytes);
  }

  @Test
  void whoStartsAgainGoesOnWhereItWasWithAllOfThem() {
    begin(helper);
    run(30);
    assertEquals(0, joiner.applied.inner());
    joiner.restart();
    finish();
    int sent = donor.sentBytes + helper.sentBytes;
    assertTrue(sent < length() * 3 / 2, sent + " for " + length());
    assertTrue(helper.sentBytes > length() / 4, helper.sentBytes + " of " + length());
  }

  @Test
  void aDonorWithAnotherStateIsRefused() {
    helper.state.commit(
        new StateBatch(
            Map.of(Bytes.utf8("key1100"), Bytes.utf8("other")).entrySet(),
            7,
            StateBatch.Pace.NONE));
    begin(helper);
    finish();
    assertFalse(helper.ends.contains("sent"), helper.ends.toString());
    assertTrue(donor.ends.contains("sent"), donor.ends.toString());
  }

  @Test
  void whatDoesNotVerifyIsNotInstalledAndComesFromOneTheNextTime() {
    damagedBy = helper;
    begin(helper);
    for (int i = 0; i < 3_000 && !donor.ends.contains("failed"); i++) {
      turn();
    }
    assertEquals(List.of("failed"), donor.ends);
    assertEquals(0, joiner.applied.inner());
    begin(helper);
    finish();
    assertEquals(List.of("failed", "sent"), donor.ends);
  }

  @Test
  void whoHasTheSameFileHelpsWithoutAnotherMark() {
    begin(helper);
    finish();
    Node late = new Node("k");
    int before = helper.sentBytes;
    donor.transfer.sender().send(late.id, new LogPoint(1, 5), List.of(helper.id, other.id));
    run(400);
    assertEquals(donor.content(), late.content());
    assertTrue(helper.sentBytes - before > length() / 4, "it gave its part");
    assertEquals(1, donor.ids, "no other snapshot was written");
  }

  @Test
  void aMarkThatADonorDoesNotSeeIsNotWaitedFor() {
    donor.skipsMarks = true; // as one that it had in its log when it was opened
    begin(helper);
    finish();
    run(400);
    assertEquals(0, donor.transfer.sender().active(), donor.ends.toString());
    assertEquals(0, helper.transfer.sender().active(), helper.ends.toString());
  }

  @Test
  void whatWasFoundWrongIsGivenToNobody() {
    begin(helper);
    run(20);
    donor.sound = false;
    donor.transfer.sender().retract();
    final int sent = donor.sentBytes;
    run(3);
    assertEquals(List.of(), donor.store.complete());
    finish();
    assertEquals(sent, donor.sentBytes);
    Node late = new Node("k");
    donor.transfer.sender().send(late.id, new LogPoint(1, 5), List.of());
    assertEquals(List.of("failed", "failed"), donor.ends);
    helper.transfer.sender().send(late.id, new LogPoint(1, 5), List.of(donor.id));
    run(400);
    assertEquals(helper.content(), late.content());
    assertEquals(sent, donor.sentBytes);
  }

  @Test
  void whatIsWrittenWhenTheStateIsFoundWrongDoesNotStay() {
    donor.transfer.sender().send(joiner.id, new LogPoint(1, 5), List.of());
    donor.sound = false;
    donor.transfer.sender().retract();
    run(5);
    assertEquals(List.of(), donor.store.complete());
    assertEquals(List.of("failed"), donor.ends);
    assertEquals(0, donor.sentBytes);
  }

  @Test
  void aSnapshotThatIsGoneBeforeItIsOpenedEndsItsTransferAlone() {
    begin();
    finish();
    Node late = new Node("k");
    donor.transfer.sender().send(late.id, new LogPoint(1, 5), List.of());
    donor.store.delete(donor.store.complete().get(0)); // a store drops it for a newer one
    run(3);
    assertEquals(List.of("sent", "failed"), donor.ends);
    donor.transfer.sender().send(late.id, new LogPoint(1, 5), List.of());
    run(400);
    assertEquals(donor.content(), late.content());
  }

  @Test
  void aPieceBeforeTheBeginningIsMalformed() {
    for (int kind = 1; kind <= 3; kind++) {
      Encoder message = new Encoder().u8(kind).varint(1).varint(7).i64(9).varint(-1).varint(10);
      Bytes encoded = message.raw(Bytes.wrap(new byte[8])).take();
      MalformedException named =
          assertThrows(MalformedException.class, () -> donor.transfer.receive(joiner.id, encoded));
      assertTrue(named.getMessage().contains("offset 18446744073709551615"), named.getMessage());
    }
  }
}
