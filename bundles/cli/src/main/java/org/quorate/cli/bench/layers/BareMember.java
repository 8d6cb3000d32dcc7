package org.quorate.cli.bench.layers;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Encoder;
import org.quorate.core.link.Frame;
import org.quorate.core.link.LinkDriver;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Delivery;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Submission;
import org.quorate.spi.consensus.TailRequest;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.transport.Lane;

/** A strategy under its driver and nothing above: what it delivers is counted. */
final class BareMember extends Member implements LinkContext, LinkDriver.Host, Delivery {
  private final Membership members;
  private final LinkStore store;
  private final ArrayDeque<Done> waiting = new ArrayDeque<>();
  private LinkDriver driver;

  BareMember(
      NodeId node,
      Map<NodeId, Member> all,
      Membership members,
      LogStorage logs,
      ConsensusStrategy strategy) {
    super(node, all);
    this.members = members;
    this.store = logs.open(Layers.GROUP, epoch(), loop());
    strategy.open(this);
  }

  @Override
  public Loglet drive(PureLoglet protocol) {
    driver = new LinkDriver(protocol, store, this, this);
    return driver;
  }

  @Override
  void start() {
    tick();
  }

  @Override
  void tick() {
    driver.offer(new Event.Tick(clockMs()));
  }

  @Override
  void receive(NodeId from, Bytes frame) {
    Bytes body = Frame.decode(frame).body();
    driver.offer(new Event.Received(from, driver.protocol().decode(body)));
  }

  @Override
  boolean leads() {
    return driver.protocol().status().timekeeper();
  }

  @Override
  void order(Bytes command, Done done) {
    waiting.add(done);
    driver.submit(new Submission(waiting.size(), command));
  }

  @Override
  void end() {
    driver.close();
    store.close();
  }

  // ---- what the strategy decides: in the order of one leader's submissions -------------------

  @Override
  public void deliver(long inner, Bytes payload) {
    Done first = waiting.poll();
    if (first != null) {
      first.ended(true);
    }
  }

  @Override
  public void decided(long inner) {
    // A record of the strategy's own.
  }

  @Override
  public void refuse(Submission submission, Refusal why) {
    waiting.poll().ended(false);
  }

  @Override
  public void tail(TailRequest request, long inner) {
    // Nothing is read.
  }

  @Override
  public void refuse(TailRequest request, Refusal why) {
    // Nothing is read.
  }

  @Override
  public void answer(long ticket, Refusal why) {
    // Nothing is asked.
  }

  @Override
  public void membership(Membership effective, long inner) {
    // It stays.
  }

  @Override
  public void halt(String reason) {
    throw new IllegalStateException(reason);
  }

  // ---- what it is given --------------------------------------------------------------------

  @Override
  public GroupId group() {
    return Layers.GROUP;
  }

  @Override
  public long epoch() {
    return 1;
  }

  @Override
  public long planId() {
    return 0;
  }

  @Override
  public org.quorate.spi.consensus.Member self() {
    return members.find(node()).orElseThrow();
  }

  @Override
  public Membership genesis() {
    return members;
  }

  @Override
  public Options options() {
    return Options.DEFAULTS;
  }

  @Override
  public long seed() {
    return node().hashCode();
  }

  @Override
  public Recovered recovered() {
    return new Recovered(store.stable().load(), 1, java.util.List.of(), 0, null);
  }

  @Override
  public Delivery delivery() {
    return this;
  }

  // ---- what the driver needs ---------------------------------------------------------------

  @Override
  public void schedule() {
    loop().execute(driver::turn);
  }

  @Override
  public void send(NodeId to, Lane lane, Bytes frame) {
    send(to, frame);
  }

  @Override
  public void header(Encoder out) {
    Frame.header(out, Frame.Kind.LINK, 1, epoch(), planId(), self().storeId(), 1);
  }

  @Override
  public void sendSnapshot(NodeId to, long inner, List<NodeId> with) {
    throw new IllegalStateException("a member fell behind the log");
  }

  @Override
  public void storageFailed(StorageException why) {
    throw why;
  }
}
