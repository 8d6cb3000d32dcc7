package org.quorate.core.replica;

import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Encoder;
import org.quorate.core.link.Frame;
import org.quorate.core.link.LinkDriver;
import org.quorate.core.log.Chain;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.Delivery;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.transport.Lane;

/** Connects one link with its replica: what the strategy is given, and what the driver needs. */
final class LinkPorts implements LinkContext, LinkDriver.Host {
  private final ReplicaConfig config;
  private final ReplicaEnvironment environment;
  private final Chain.Link link;
  private final LinkStore store;
  private final Recovered recovered;
  private final Replica replica;
  private LinkDriver driver;

  LinkPorts(
      ReplicaConfig config,
      ReplicaEnvironment environment,
      Chain.Link link,
      LinkStore store,
      Recovered recovered,
      Replica replica) {
    this.config = config;
    this.environment = environment;
    this.link = link;
    this.store = store;
    this.recovered = recovered;
    this.replica = replica;
  }

  /** Null if the strategy's loglet is not pure. */
  LinkDriver driver() {
    return driver;
  }

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
    Role role = config.genesis().find(environment.node()).map(Member::role).orElse(Role.LEARNER);
    return new Member(environment.node(), environment.storeId(), role);
  }

  @Override
  public Membership genesis() {
    return config.genesis();
  }

  @Override
  public Options options() {
    return config.options();
  }

  @Override
  public long seed() {
    return environment.seed();
  }

  @Override
  public Recovered recovered() {
    return recovered;
  }

  @Override
  public Delivery delivery() {
    return replica;
  }

  @Override
  public Loglet drive(PureLoglet protocol) {
    driver = new LinkDriver(protocol, store, replica, this);
    return driver;
  }

  @Override
  public void schedule() {
    environment.loop().execute(replica::turn);
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
        link.epoch(),
        link.planId(),
        environment.storeId(),
        environment.incarnation());
  }

  /** A message beside the protocol. */
  Bytes frame(Frame.Kind kind, Bytes message) {
    return new Frame(
            kind,
            link.epoch(),
            link.planId(),
            environment.storeId(),
            environment.incarnation(),
            message)
        .encode();
  }

  @Override
  public void sendSnapshot(NodeId to, long inner) {
    replica.sendSnapshot(to, inner);
  }

  @Override
  public void storageFailed(StorageException why) {
    replica.fail("log: " + why.getMessage(), why);
  }
}
