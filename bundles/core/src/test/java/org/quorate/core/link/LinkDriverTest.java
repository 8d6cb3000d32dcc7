package org.quorate.core.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.consensus.Delivery;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Submission;
import org.quorate.spi.consensus.TailRequest;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStore;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StableStore;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.transport.Lane;

/** The numbered rules of {@link LinkDriver}, on a disk that the test completes by hand. */
class LinkDriverTest {
  private static final NodeId PEER = NodeId.of("n2");

  private record Text(String text) implements Message {
    @Override
    public void encode(Encoder out) {
      out.text(text);
    }
  }

  /** Runs what the test says for each step, and notes the events. */
  private static final class Scripted implements PureLoglet {
    final List<List<Event>> turns = new ArrayList<>();
    BiConsumer<List<Event>, Effects> script = (events, out) -> {};

    @Override
    public void step(List<Event> turn, Effects out) {
      turns.add(List.copyOf(turn));
      script.accept(turn, out);
    }

    @Override
    public Message decode(Bytes encoded) {
      return new Text(encoded.utf8());
    }

    @Override
    public Bytes linkState(long inner) {
      return Bytes.EMPTY;
    }

    @Override
    public LinkStatus status() {
      return new LinkStatus(
          "member", null, true, false, 0, 0, 1, new Membership(1, List.of()), null, Map.of());
    }
  }

  /** Keeps the pendings for the test to settle. */
  private static final class ManualStore implements LinkStore, LogStore, StableStore {
    final List<Pending> issued = new ArrayList<>();
    final List<String> calls = new ArrayList<>();

    @Override
    public LogStore log() {
      return this;
    }

    @Override
    public StableStore stable() {
      return this;
    }

    @Override
    public long firstIndex() {
      return 1;
    }

    @Override
    public long lastIndex() {
      return 0;
    }

    @Override
    public void append(long first, List<Bytes> records, Pending pending) {
      calls.add("append " + first);
      issued.add(pending);
    }

    @Override
    public void reset(long next, Pending pending) {
      calls.add("reset " + next);
      issued.add(pending);
    }

    @Override
    public void trimPrefix(long first) {
      calls.add("trim " + first);
    }

    @Override
    public List<Bytes> read(long first, int maxBytes) {
      return List.of();
    }

    @Override
    public Bytes load() {
      return null;
    }

    @Override
    public void save(Bytes record, Pending pending) {
      calls.add("save " + record.utf8());
      issued.add(pending);
    }

    @Override
    public void close() {}
  }

  private final List<String> log = new ArrayList<>();

  private final class Recorder implements LinkDriver.Host, Delivery {
    @Override
    public void schedule() {
      log.add("schedule");
    }

    @Override
    public void send(NodeId to, Lane lane, Bytes frame) {
      log.add("send " + frame.from(1).utf8());
    }

    @Override
    public void header(Encoder out) {}

    @Override
    public void sendSnapshot(NodeId to, long inner, List<NodeId> with) {
      log.add("snapshot " + inner);
    }

    @Override
    public void storageFailed(StorageException why) {
      log.add("failed " + why.kind());
    }

    @Override
    public void deliver(long inner, Bytes payload) {
      log.add("deliver " + inner);
    }

    @Override
    public void decided(long inner) {
      log.add("decided " + inner);
    }

    @Override
    public void tail(TailRequest request, long inner) {
      log.add("tail " + inner);
    }

    @Override
    public void refuse(Submission submission, Refusal why) {
      log.add("refuse " + submission.ticket());
    }

    @Override
    public void refuse(TailRequest request, Refusal why) {
      log.add("refuse read " + request.ticket());
    }

    @Override
    public void answer(long ticket, Refusal why) {
      log.add("answer " + ticket);
    }

    @Override
    public void membership(Membership effective, long inner) {
      log.add("membership " + effective.version());
    }

    @Override
    public void halt(String reason) {
      log.add("halt " + reason);
    }
  }

  private final Scripted protocol = new Scripted();
  private final ManualStore store = new ManualStore();
  private final Recorder recorder = new Recorder();
  private final LinkDriver driver = new LinkDriver(protocol, store, recorder, recorder);

  private void turn(BiConsumer<List<Event>, Effects> script) {
    protocol.script = script;
    driver.turn();
  }

  @Test
  void rule1AllEventsOfATurnGoIntoOneStepInOrder() {
    driver.offer(new Event.Tick(1));
    driver.submit(new Submission(1, Bytes.utf8("a")));
    driver.submit(new Submission(2, Bytes.utf8("b")));
    driver.offer(new Event.Tick(2));
    driver.submit(new Submission(3, Bytes.utf8("c")));
    assertEquals(List.of("schedule"), log, "one turn is scheduled for all of them");
    driver.turn();
    List<Event> events = protocol.turns.get(0);
    assertEquals(4, events.size());
    assertEquals(2, ((Event.Submitted) events.get(1)).submissions().size());
    assertEquals(1, ((Event.Submitted) events.get(3)).submissions().size());
  }

  @Test
  void rule2WritesAreIssuedInTheOrderOfTheEffects() {
    turn(
        (events, out) -> {
          out.record(Bytes.utf8("term 2"));
          out.append(4, List.of(Bytes.utf8("e")));
          out.record(Bytes.utf8("vote"));
          out.trim(2);
          out.reset(9);
          out.append(9, List.of(Bytes.utf8("f")));
        });
    assertEquals(
        List.of("save term 2", "append 4", "save vote", "trim 2", "reset 9", "append 9"),
        store.calls);
    List<Long> numbers = store.issued.stream().map(Pending::number).toList();
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), numbers);
  }

  @Test
  void rule3APromiseWaitsForItsWriteAndAllBefore() {
    turn(
        (events, out) -> {
          Pending vote = out.record(Bytes.utf8("vote"));
          Pending entries = out.append(1, List.of(Bytes.utf8("e")));
          out.promise(entries, PEER, Lane.DATA, new Text("ack"));
          out.promise(vote, PEER, Lane.CONTROL, new Text("vote"));
          out.send(PEER, Lane.DATA, new Text("now"));
        });
    assertEquals(List.of("send now"), log);
    store.issued.get(0).complete();
    assertEquals(List.of("send now", "schedule"), log, "the first promise is still in front");
    store.issued.get(1).complete();
    assertEquals(List.of("send now", "schedule", "send ack", "send vote"), log);
  }

  @Test
  void rule3APromiseOnWhatIsDurableAlreadyLeavesAtOnce() {
    List<Pending> kept = new ArrayList<>();
    turn((events, out) -> kept.add(out.record(Bytes.utf8("vote"))));
    store.issued.get(0).complete();
    turn((events, out) -> out.promise(kept.get(0), PEER, Lane.CONTROL, new Text("again")));
    assertTrue(log.contains("send again"));
  }

  @Test
  void rule4DecisionsComeAfterTheStepInOrder() {
    turn(
        (events, out) -> {
          out.deliver(1, Bytes.utf8("a"));
          out.refuse(new Submission(9, Bytes.EMPTY), new Refusal.NotProposer(null));
          out.decided(2);
          out.deliver(3, Bytes.utf8("c"));
          out.tail(new TailRequest(1), 3);
          log.add("step ends");
        });
    assertEquals(
        List.of("step ends", "deliver 1", "refuse 9", "decided 2", "deliver 3", "tail 3"), log);
  }

  @Test
  void rule5NothingIsSentAfterAFailedWrite() {
    turn(
        (events, out) ->
            out.promise(out.append(1, List.of(Bytes.utf8("e"))), PEER, Lane.DATA, new Text("ack")));
    store.issued.get(0).fail(new StorageException(StorageException.Kind.IO, "fsync"));
    assertEquals(List.of("failed IO"), log);
    driver.offer(new Event.Tick(5));
    driver.turn();
    assertEquals(1, protocol.turns.size(), "no step after it");
  }

  @Test
  void aProtocolThatHaltsIsNotSteppedAgain() {
    turn((events, out) -> out.halt("term 3 in a log of term 2"));
    assertEquals(List.of("halt term 3 in a log of term 2"), log);
    driver.offer(new Event.Tick(5));
    driver.turn();
    assertEquals(1, protocol.turns.size());
  }
}
