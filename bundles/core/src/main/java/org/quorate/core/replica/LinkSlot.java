package org.quorate.core.replica;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Encoder;
import org.quorate.core.link.Frame;
import org.quorate.core.link.LinkDriver;
import org.quorate.core.log.Chain;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Delivery;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.Submission;
import org.quorate.spi.consensus.TailRequest;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.transport.Lane;

/**
 * One link of the chain on this replica: what its strategy is given and what it delivers to. Warm it
 * holds its deliveries back, active it hands them on, sealed it drops them. On the group's loop.
 */
final class LinkSlot implements LinkContext, LinkDriver.Host, Delivery {
  private final ReplicaConfig config;
  private final ReplicaEnvironment environment;
  private final Chain.Link link;
  private final LinkStore store;
  private final Links links;
  private Membership membership;
  private long membershipAt;
  private Recovered recovered; // until the loglet has taken it over: it is all of a log
  private final long lastFound;
  private final Runnable turn = this::turn;
  private final Loglet loglet;
  private final Backlog backlog;
  private LinkDriver driver;
  private boolean active;
  private boolean closed;
  private long toldApplied;

  LinkSlot(
      ReplicaConfig config,
      ReplicaEnvironment environment,
      Chain.Link link,
      LinkStore store,
      Recovered recovered,
      ConsensusStrategy strategy,
      Links links) {
    this.config = config;
    this.environment = environment;
    this.link = link;
    this.store = store;
    this.recovered = recovered;
    this.links = links;
    this.backlog = new Backlog(links);
    this.toldApplied = recovered.applied();
    this.lastFound = recovered.last();
    this.loglet = strategy.open(this);
    this.recovered = null;
  }

  Chain.Link link() {
    return link;
  }

  Loglet loglet() {
    return loglet;
  }

  /** Null if the strategy's loglet is not pure. */
  PureLoglet protocol() {
    return driver == null ? null : driver.protocol();
  }

  long quietTickMs() {
    return driver == null ? 0 : driver.protocol().quietTickMs();
  }

  LinkStatus status() {
    return loglet.status();
  }

  /** The link's opaque state at an index that was delivered. */
  Bytes linkState(long inner) {
    return driver == null ? Bytes.EMPTY : driver.protocol().linkState(inner);
  }

  // ---- its part in the chain ---------------------------------------------------------------

  /** Whether the virtual log takes what this link delivers. */
  boolean active() {
    return active;
  }

  /**
   * The virtual log goes on with this link: hands over what was held back.
   *
   * @param hold not yet, but at the next {@link #release}
   */
  void activate(boolean hold) {
    active = true;
    if (!hold) {
      release();
    }
  }

  /** Whether an index is beyond the log that was found when the link was opened. */
  boolean fresh(long inner) {
    return inner > lastFound;
  }

  /** The virtual log is past this link's seal. */
  void seal() {
    active = false;
    backlog.stop();
  }

  /** Holds deliveries back until {@link #release}. */
  void hold() {
    backlog.hold();
  }

  /** Whether the virtual log has taken all of a step, or nothing. */
  boolean whole() {
    return backlog.whole();
  }

  void release() {
    if (active) {
      backlog.release();
    }
  }

  /** Ends the protocol; the store is to be closed by the caller. */
  LinkStore close() {
    closed = true;
    active = false;
    backlog.stop();
    loglet.close();
    return store;
  }

  // ---- events ------------------------------------------------------------------------------

  void submit(long ticket, Bytes record) {
    Submission submission = new Submission(ticket, record);
    if (driver != null) {
      driver.submit(submission);
    } else {
      loglet.append(List.of(submission));
    }
  }

  void offer(Event event) {
    if (driver != null) {
      driver.offer(event);
    }
  }

  void received(NodeId from, Bytes body) {
    if (driver != null) {
      driver.offer(new Event.Received(from, driver.protocol().decode(body)));
    }
  }

  /** Everything up to an index is applied. */
  void applied(long inner) {
    if (driver != null && inner > toldApplied) {
      toldApplied = inner;
      driver.offerLazily(new Event.Applied(inner));
    }
  }

  private void turn() {
    if (!closed && !links.over()) {
      try {
        driver.turn();
      } catch (RuntimeException e) {
        links.fail("protocol: " + e, e);
        return;
      }
      backlog.stepEnded();
      if (active) {
        backlog.proceed();
      }
      links.turned();
    }
  }

  /** No step and no message from now on. */
  void stop() {
    if (driver != null) {
      driver.stop();
    }
  }

  // ---- what the strategy decides -----------------------------------------------------------

  @Override
  public void deliver(long inner, Bytes payload) {
    if (backlog.gathers()) {
      backlog.add(inner, payload);
      if (!active) {
        links.warm(this, payload);
      }
    } else if (active) {
      links.deliver(inner, payload);
    }
  }

  @Override
  public void decided(long inner) {
    if (backlog.gathers()) {
      backlog.skip(inner);
    } else if (active) {
      links.skipTo(inner);
    }
  }

  @Override
  public void tail(TailRequest request, long inner) {
    if (active) {
      links.callers().tail(request.ticket(), inner);
    }
  }

  @Override
  public void refuse(Submission submission, Refusal why) {
    if (active) {
      links.callers().refused(submission.ticket(), why);
    }
  }

  @Override
  public void refuse(TailRequest request, Refusal why) {
    if (active) {
      links.callers().refused(request.ticket(), why);
    }
  }

  @Override
  public void answer(long ticket, Refusal why) {
    if (active) {
      links.callers().answered(ticket, why);
    }
  }

  @Override
  public void membership(Membership effective, long inner) {
    membership = effective;
    membershipAt = inner;
  }

  /** The newest membership the link was told of, if it is decided; otherwise null. */
  Membership decidedMembership() {
    return membership != null && membershipAt <= status().decided() ? membership : null;
  }

  @Override
  public void halt(String reason) {
    links.fail("link " + link.epoch() + ": " + reason, null);
  }

  // ---- what the strategy is given ----------------------------------------------------------

  @Override
  public GroupId group() {
    return config.group();
  }

  @Override
  public long epoch() {
    return link.epoch();
  }

  @Override
  public long planId() {
    return link.planId();
  }

  @Override
  public Member self() {
    Role role = link.members().find(environment.node()).map(Member::role).orElse(Role.LEARNER);
    return new Member(environment.node(), environment.storeId(), role);
  }

  @Override
  public Membership genesis() {
    return link.members();
  }

  @Override
  public Options options() {
    if (link.options().isEmpty()) {
      return config.options();
    }
    Map<String, String> all = new TreeMap<>(config.options().values());
    all.putAll(link.options());
    return new Options(all);
  }

  @Override
  public long seed() {
    return environment.seed() + link.planId() * 0x9e3779b97f4a7c15L;
  }

  @Override
  public Recovered recovered() {
    if (recovered == null) {
      throw new IllegalStateException("what was found is there while the loglet is opened only");
    }
    return recovered;
  }

  @Override
  public Delivery delivery() {
    return this;
  }

  @Override
  public Loglet drive(PureLoglet protocol) {
    driver = new LinkDriver(protocol, store, this, this);
    backlog.inSteps();
    return driver;
  }

  // ---- what the driver needs ---------------------------------------------------------------

  @Override
  public void schedule() {
    environment.loop().execute(turn);
  }

  @Override
  public void send(NodeId to, Lane lane, Bytes frame) {
    environment.transport().send(to, lane, frame);
  }

  @Override
  public void header(Encoder out) {
    Frame.header(
        out,
        Frame.Kind.LINK,
        config.historyId(),
        link.epoch(),
        link.planId(),
        environment.storeId(),
        environment.incarnation());
  }

  @Override
  public void sendSnapshot(NodeId to, long inner, List<NodeId> with) {
    links.sendSnapshot(to, link.epoch(), inner, with);
  }

  @Override
  public void storageFailed(StorageException why) {
    links.fail("log: " + why.getMessage(), why);
  }
}
