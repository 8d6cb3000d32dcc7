package org.quorate.tck.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.Submission;
import org.quorate.spi.consensus.TailRequest;
import org.quorate.spi.storage.DurableToken;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.transport.Lane;

/**
 * A node of a cluster in a test: loglet, disk, clock, and a state machine that keeps payloads. The test
 * may read and set its fields between steps.
 *
 * @param <L> the protocol
 */
public abstract class ProtocolNode<L extends PureLoglet> implements Effects {
  private record Held(long number, NodeId to, Lane lane, Message message) {}

  private final ProtocolCluster<?> cluster;
  public final NodeId id;
  public TestDisk disk = new TestDisk();
  public final TreeMap<Long, String> state = new TreeMap<>();
  private final List<Held> held = new ArrayList<>();
  private TreeMap<Long, String> checkpointState = new TreeMap<>();
  public long store;
  public long incarnation;
  public long nowMs;
  public long applied;
  public boolean autoDisk = true;
  private long seeds;

  /** Null while crashed. */
  public L loglet;

  /** The last one there was. */
  public L latest;

  protected ProtocolNode(ProtocolCluster<?> cluster, NodeId id, long store) {
    this.cluster = cluster;
    this.id = id;
    this.store = store;
    this.seeds = id.name().charAt(0) * 1000L;
  }

  /** A loglet on what the disk has. */
  protected abstract L open(LinkContext link);

  /** Whether it runs. */
  public boolean alive() {
    return loglet != null;
  }

  /** Opens the loglet on what the disk has. */
  public void start() {
    incarnation++;
    Recovered found = disk.recover();
    applied = found.applied();
    state.clear();
    state.putAll(checkpointState);
    Member self =
        new Member(id, store, cluster.genesis.find(id).map(Member::role).orElse(Role.LEARNER));
    long seed = cluster.seed * 1_000_003 + seeds++;
    loglet = open(new TestLink(self, cluster.genesis, cluster.options, seed, found, this));
    latest = loglet;
    step();
  }

  /** Ends the loglet; the oldest writes under way may survive. */
  public void crash(int survivingWrites) {
    disk.crash(survivingWrites);
    held.clear();
    loglet = null;
  }

  /** Another, empty store under the same name. */
  public void wipe(long newStore) {
    crash(0);
    disk = new TestDisk();
    checkpointState = new TreeMap<>();
    store = newStore;
  }

  /** One turn with these events. */
  public void step(Event... events) {
    if (loglet == null) {
      return;
    }
    loglet.step(List.of(events), this);
    if (autoDisk) {
      durable(Integer.MAX_VALUE);
    }
    cluster.stepped();
  }

  /** Time passes, in ticks of at most 50 ms. */
  public void tick(long ms) {
    for (long left = ms; left > 0 && alive(); left -= 50) {
      nowMs += Math.min(50, left);
      step(new Event.Tick(nowMs));
    }
  }

  /** Completes writes: what rests on them leaves, then the loglet hears of it. */
  public boolean durable(int count) {
    boolean any = false;
    while (alive() && disk.waiting() > 0 && count > 0) {
      int now = autoDisk ? disk.waiting() : Math.min(count, disk.waiting());
      count -= now;
      for (DurableToken token : disk.complete(now)) {
        any = true;
        release(token.number());
        loglet.step(List.of(new Event.Durable(token)), this);
        cluster.stepped();
      }
    }
    return any;
  }

  private void release(long number) {
    for (int i = 0; i < held.size(); ) {
      Held h = held.get(i);
      if (h.number() <= number) {
        held.remove(i);
        cluster.network.add(id, h.to(), h.lane(), h.message());
      } else {
        i++;
      }
    }
  }

  /** The state becomes durable without the log. */
  public void checkpoint() {
    checkpointState = new TreeMap<>(state);
    disk.checkpoint(applied, loglet.linkState(applied));
    step(new Event.Checkpointed(applied));
  }

  /** Installs a donor's state, as the platform would by its snapshot. */
  public void install(ProtocolNode<?> donor) {
    if (donor.applied <= applied) {
      step(new Event.SnapshotInstalled(donor.applied, donor.loglet.linkState(donor.applied)));
      return;
    }
    Bytes linkState = donor.loglet.linkState(donor.applied);
    state.clear();
    state.putAll(donor.state);
    applied = donor.applied;
    checkpointState = new TreeMap<>(state);
    disk.checkpoint(applied, linkState);
    step(new Event.SnapshotInstalled(applied, linkState));
  }

  // Effects

  @Override
  public Pending append(long first, List<Bytes> records) {
    return disk.append(first, records);
  }

  @Override
  public Pending record(Bytes stable) {
    return disk.record(stable);
  }

  @Override
  public Pending reset(long next) {
    return disk.reset(next);
  }

  @Override
  public void trim(long first) {
    disk.trim(first);
  }

  @Override
  public void send(NodeId to, Lane lane, Message message) {
    cluster.network.add(id, to, lane, message);
  }

  @Override
  public void promise(Pending what, NodeId to, Lane lane, Message message) {
    held.add(new Held(what.number(), to, lane, message));
  }

  @Override
  public void needSnapshot(NodeId to, long inner, List<NodeId> with) {
    String together = with.isEmpty() ? "" : ", with " + with;
    cluster.say(id + " needs a snapshot for " + to + " at or after " + inner + together);
    cluster.snapshotsWanted.add(new NodeId[] {id, to});
  }

  @Override
  public void deliver(long inner, Bytes payload) {
    if (inner <= applied) {
      throw new IllegalStateException(id + " delivers " + inner + " after " + applied);
    }
    applied = inner;
    state.put(inner, payload.utf8());
    cluster.delivered(this, inner, payload);
  }

  @Override
  public void decided(long inner) {
    if (inner < applied) {
      throw new IllegalStateException(id + " decided " + inner + " after " + applied);
    }
    applied = inner;
  }

  @Override
  public void refuse(Submission submission, Refusal why) {
    cluster.say(id + " refuses " + submission.payload() + ": " + why);
  }

  @Override
  public void refuse(TailRequest request, Refusal why) {
    cluster.say(id + " refuses read " + request.ticket() + ": " + why);
  }

  @Override
  public void answer(long ticket, Refusal why) {
    cluster.say(id + " answers " + ticket + ": " + (why == null ? "done" : why));
  }

  @Override
  public void halt(String reason) {
    cluster.say(id + " halts: " + reason);
  }

  @Override
  public void tail(TailRequest request, long inner) {
    cluster.say(id + " read " + request.ticket() + " at " + inner);
    cluster.onTail.accept(request, inner);
  }

  @Override
  public void membership(Membership effective, long inner) {
    cluster.membership(this, effective, inner);
  }
}
