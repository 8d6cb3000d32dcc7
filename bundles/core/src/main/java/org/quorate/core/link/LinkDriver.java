package org.quorate.core.link;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.consensus.Delivery;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.SealRecord;
import org.quorate.spi.consensus.Submission;
import org.quorate.spi.consensus.TailRequest;
import org.quorate.spi.storage.DurableToken;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.transport.Lane;

/**
 * Runs a pure loglet: collects the events of a turn, steps, executes the effects. The same driver
 * serves the runtime and the simulator. Single-threaded, on the group's loop.
 *
 * <p>Its ordering rules:
 *
 * <ol>
 *   <li>All events of a turn go into one step, in the order they came.
 *   <li>Effects are executed in the order the step gave them; writes are issued at once, so the
 *       storage sees them in order.
 *   <li>A message sent may overtake the disk; a message promised leaves only when the storage has
 *       proved the write it waits for, and all writes before it, durable.
 *   <li>Decisions are handed to the virtual log after the step, in order, before the next one.
 *   <li>The first failed write ends the link: nothing is promised or stepped after it.
 * </ol>
 */
public final class LinkDriver implements Loglet, Effects, Pending.Listener {
  /** What the driver needs of the replica. */
  public interface Host {
    /** Calls {@link LinkDriver#turn} soon, once, on the loop. */
    void schedule();

    /** Sends a protocol message of this link. */
    void send(NodeId to, Lane lane, Bytes frame);

    /** Encodes the frame header in front of a message. */
    void header(Encoder out);

    /** Starts sending a snapshot. */
    void sendSnapshot(NodeId to, long inner, List<NodeId> with);

    /** A write failed. */
    void storageFailed(StorageException why);
  }

  private record Promise(long pending, NodeId to, Lane lane, Bytes frame) {}

  private final PureLoglet protocol;
  private final LinkStore store;
  private final Delivery delivery;
  private final Host host;
  private final ArrayDeque<Promise> promises = new ArrayDeque<>();
  private final Encoder scratch = new Encoder(4096);
  private final DeliveryBuffer decisions = new DeliveryBuffer();
  private List<Event> inbox = new ArrayList<>();
  private List<Event> turn = new ArrayList<>();
  private List<Submission> submitted;
  private long writes;
  private long durable;
  private boolean scheduled;
  private boolean stopped;

  public LinkDriver(PureLoglet protocol, LinkStore store, Delivery delivery, Host host) {
    this.protocol = protocol;
    this.store = store;
    this.delivery = delivery;
    this.host = host;
  }

  public PureLoglet protocol() {
    return protocol;
  }

  /** Adds an event to the next turn. */
  public void offer(Event event) {
    inbox.add(event);
    submitted = null;
    wake();
  }

  /** Adds an event that can wait until something else makes a turn. */
  public void offerLazily(Event event) {
    inbox.add(event);
    submitted = null;
  }

  private void wake() {
    if (!scheduled && !stopped) {
      scheduled = true;
      host.schedule();
    }
  }

  /** Rules 1 and 4. */
  public void turn() {
    scheduled = false;
    if (stopped) {
      return;
    }
    List<Event> events = inbox;
    inbox = turn;
    turn = events;
    submitted = null;
    protocol.step(events, this);
    events.clear();
    decisions.drainTo(delivery);
  }

  // Rule 2: writes are issued in the order of the effects.

  @Override
  public Pending append(long first, List<Bytes> records) {
    Pending pending = new Pending(++writes, this);
    store.log().append(first, records, pending);
    return pending;
  }

  @Override
  public Pending record(Bytes stable) {
    Pending pending = new Pending(++writes, this);
    store.stable().save(stable, pending);
    return pending;
  }

  @Override
  public Pending reset(long next) {
    Pending pending = new Pending(++writes, this);
    store.log().reset(next, pending);
    return pending;
  }

  @Override
  public void trim(long first) {
    store.log().trimPrefix(first);
  }

  // Rule 3: what was sent may overtake the disk, what was promised may not.

  @Override
  public void send(NodeId to, Lane lane, Message message) {
    host.send(to, lane, frame(message));
  }

  @Override
  public void promise(Pending what, NodeId to, Lane lane, Message message) {
    if (what.number() <= durable) {
      host.send(to, lane, frame(message));
    } else {
      promises.addLast(new Promise(what.number(), to, lane, frame(message)));
    }
  }

  private Bytes frame(Message message) {
    host.header(scratch);
    message.encode(scratch);
    return scratch.drain();
  }

  @Override
  public void durable(DurableToken token) {
    if (stopped) {
      return;
    }
    durable = token.number();
    while (!promises.isEmpty() && promises.peekFirst().pending() <= token.number()) {
      Promise due = promises.removeFirst();
      host.send(due.to(), due.lane(), due.frame());
    }
    offer(new Event.Durable(token));
  }

  // Rule 5.
  @Override
  public void failed(StorageException why) {
    if (!stopped) {
      stop();
      host.storageFailed(why);
    }
  }

  /** No step and no message from now on. */
  public void stop() {
    stopped = true;
    promises.clear();
    inbox.clear();
  }

  @Override
  public void needSnapshot(NodeId to, long inner, List<NodeId> with) {
    host.sendSnapshot(to, inner, with);
  }

  // Rule 4: decisions wait for the end of the step.

  @Override
  public void deliver(long inner, Bytes payload) {
    decisions.deliver(inner, payload);
  }

  @Override
  public void decided(long inner) {
    decisions.decided(inner);
  }

  @Override
  public void tail(TailRequest request, long inner) {
    decisions.add(d -> d.tail(request, inner));
  }

  @Override
  public void refuse(Submission submission, Refusal why) {
    decisions.add(d -> d.refuse(submission, why));
  }

  @Override
  public void refuse(TailRequest request, Refusal why) {
    decisions.add(d -> d.refuse(request, why));
  }

  @Override
  public void answer(long ticket, Refusal why) {
    decisions.add(d -> d.answer(ticket, why));
  }

  @Override
  public void membership(Membership effective, long inner) {
    decisions.add(d -> d.membership(effective, inner));
  }

  @Override
  public void halt(String reason) {
    stop();
    decisions.add(d -> d.halt(reason));
  }

  // The loglet's side: calls become events.

  @Override
  public void append(List<Submission> batch) {
    batch.forEach(this::submit);
  }

  /** Joins the submissions that came since the last other event. */
  public void submit(Submission submission) {
    if (submitted == null) {
      List<Submission> group = new ArrayList<>();
      offer(new Event.Submitted(group));
      submitted = group;
    }
    submitted.add(submission);
  }

  @Override
  public void checkTail(TailRequest request) {
    offer(new Event.ReadTail(request));
  }

  @Override
  public void seal(long ticket, SealRecord seal) {
    offer(new Event.Seal(ticket, seal));
  }

  @Override
  public void configure(long ticket, Membership next, NodeId donor) {
    offer(new Event.Configure(ticket, next, donor));
  }

  @Override
  public void handOver(long ticket, NodeId to) {
    offer(new Event.HandOver(ticket, to));
  }

  @Override
  public void checkpointed(long inner) {
    offer(new Event.Checkpointed(inner));
  }

  @Override
  public LinkStatus status() {
    return protocol.status();
  }

  @Override
  public void close() {
    stop();
  }
}
