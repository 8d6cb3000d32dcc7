package org.quorate.core.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.core.link.Frame;
import org.quorate.core.link.Standing;
import org.quorate.core.log.Asked;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogPoint;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.SealRecord;
import org.quorate.spi.consensus.Submission;
import org.quorate.spi.consensus.TailRequest;
import org.quorate.spi.consensus.Traits;
import org.quorate.spi.transport.Lane;
import org.quorate.spi.transport.Transport;

/** Who is brought on by a snapshot, and what replicas know of each other's durable states. */
class LinkFramesTest {
  private static final long PLAN = 7;
  private static final NodeId SELF = NodeId.of("n1");
  private static final NodeId PEER = NodeId.of("n2");
  private static final Member OWN = new Member(SELF, 1, Role.VOTER);
  private static final Member OTHER = new Member(PEER, 2, Role.VOTER);
  private static final Membership ALONE = new Membership(1, List.of(OWN));
  private static final Membership BOTH = new Membership(2, List.of(OWN, OTHER));
  private static final LogPoint IN_THE_SEALED_LINK = new LogPoint(1, 5);

  private final List<Standing> told = new ArrayList<>();
  private final List<String> snapshots = new ArrayList<>();
  private final ReplicaConfig config =
      new ReplicaConfig(GroupId.of("g"), 3, "x", "memory", ALONE, new Options(Map.of()));
  private final Links links =
      new Links(config, new Node(), null, null, null, null, null, new Has());
  private Membership members = ALONE;
  private NodeId leader = SELF;

  @BeforeEach
  void sealedAndDurableBeyond() {
    Chain.Link target = new Chain.Link(2, PLAN, "x", Map.of(), ALONE, 0, Asked.NEVER);
    Chain chain =
        Chain.genesis("x", ALONE)
            .planned(new Chain.Plan(target, ALONE, 60_000))
            .switched(9, new Chain.Seal(8, Bytes.EMPTY));
    links.open().follow(chain);
    chain.live().forEach(link -> links.open().add(slot(link)));
    links.machine().start(chain, links.open().planIds());
  }

  private LinkSlot slot(Chain.Link link) {
    Recovered found = new Recovered(null, 1, List.of(), 0, null);
    return new LinkSlot(config, new Node(), link, null, found, new Idle(), links);
  }

  private Standing theirs(long durable, boolean asks) {
    Standing standing = new Standing(2, 1, durable, asks);
    return links.frames().heard(PEER, frame(standing)) ? standing : null;
  }

  private static Frame frame(Standing standing) {
    return new Frame(Frame.Kind.CHAIN, 3, 2, PLAN, OTHER.storeId(), 1, standing.encode());
  }

  @Test
  void aLinkThatIsLedBringsItsMembersOnItself() {
    members = BOTH;
    links.frames().asked(PEER, IN_THE_SEALED_LINK);
    assertEquals(List.of(), snapshots);
  }

  @Test
  void oneThatNobodyLeadsDoesNot() {
    members = BOTH;
    leader = null;
    links.frames().asked(PEER, IN_THE_SEALED_LINK);
    assertEquals(List.of("n2 from 2"), snapshots);
  }

  /** It left the group before the seal and was added after it: the sealed link knows it no more. */
  @Test
  void norWhoIsNoMemberOfIt() {
    links.frames().asked(PEER, IN_THE_SEALED_LINK);
    assertEquals(List.of("n2 from 2"), snapshots);
  }

  @Test
  void whoIsAskedTellsHowFarItIs() {
    theirs(1, false);
    assertEquals(List.of(), told);
    theirs(1, true);
    assertEquals(List.of(new Standing(2, 1, 2, false)), told);
    links.frames().inquire(List.of(SELF, PEER));
    assertEquals(new Standing(2, 1, 2, true), told.get(1));
    assertEquals(2, told.size(), "itself it need not ask");
  }

  @Test
  void aDurableStateCountsWhenItWasToldOf() {
    assertEquals(List.of(PEER), links.frames().beyond(BOTH).missing());
    theirs(1, false);
    assertEquals(List.of(PEER), links.frames().beyond(BOTH).missing());
    theirs(2, false);
    assertEquals(List.of(), links.frames().beyond(BOTH).missing());
    theirs(1, false);
    assertEquals(List.of(), links.frames().beyond(BOTH).missing(), "an older word came late");
  }

  /** Some may wait with their checkpoints until they hear of this one's. */
  @Test
  void aDurableStateIsToldOfOnceAlsoWhenTheLinkBeforeIsRetired() {
    Chain.Link target = new Chain.Link(2, PLAN, "x", Map.of(), BOTH, 0, Asked.NEVER);
    Chain chain = Chain.genesis("x", BOTH).planned(new Chain.Plan(target, BOTH, 60_000));
    links.open().follow(chain.switched(9, new Chain.Seal(8, Bytes.EMPTY)).retired(10));
    links.frames().tick(0);
    assertEquals(List.of(new Standing(2, 2, 2, false)), told);
    links.frames().tick(10_000);
    assertEquals(1, told.size());
  }

  private final class Idle implements ConsensusStrategy, Loglet {
    @Override
    public String name() {
      return "x";
    }

    @Override
    public Traits traits() {
      throw new AssertionError();
    }

    @Override
    public Loglet open(LinkContext link) {
      return this;
    }

    @Override
    public void append(List<Submission> batch) {}

    @Override
    public void checkTail(TailRequest request) {}

    @Override
    public void seal(long ticket, SealRecord seal) {}

    @Override
    public void configure(long ticket, Membership next, NodeId donor) {}

    @Override
    public void handOver(long ticket, NodeId to) {}

    @Override
    public void checkpointed(long inner) {}

    @Override
    public LinkStatus status() {
      return new LinkStatus("member", leader, false, false, 8, 8, 1, members, null, Map.of());
    }

    @Override
    public void close() {}
  }

  private final class Has implements Links.Owner {
    @Override
    public void turned() {}

    @Override
    public void changed() {}

    @Override
    public void requestCheckpoint() {}

    @Override
    public void fail(String reason, Throwable cause) {
      throw new AssertionError(reason, cause);
    }

    @Override
    public void sendSnapshot(NodeId to, LogPoint point, List<NodeId> with) {
      snapshots.add(to + " from " + point.epoch());
    }

    @Override
    public void askForSnapshot(NodeId peer) {
      throw new AssertionError("asks " + peer);
    }
  }

  private final class Node implements ReplicaEnvironment, Transport {
    @Override
    public void send(NodeId to, Lane lane, Bytes frame) {
      told.add(Standing.decode(Frame.decode(frame).body()));
    }

    @Override
    public boolean writable(NodeId to, Lane lane) {
      return true;
    }

    @Override
    public NodeId node() {
      return SELF;
    }

    @Override
    public ConsensusStrategy strategy(String name) {
      return new Idle();
    }

    @Override
    public long storeId() {
      return OWN.storeId();
    }

    @Override
    public long incarnation() {
      return 1;
    }

    @Override
    public Executor loop() {
      return Runnable::run;
    }

    @Override
    public Executor workers() {
      return Runnable::run;
    }

    @Override
    public Transport transport() {
      return this;
    }

    @Override
    public CheckpointBudget checkpointBudget() {
      return null;
    }

    @Override
    public long nowMs() {
      return 0;
    }

    @Override
    public long seed() {
      return 1;
    }

    @Override
    public void failed(String why, Throwable cause) {
      throw new AssertionError(why, cause);
    }
  }
}
