package org.quorate.cli.bench.layers;

import java.util.Map;
import java.util.concurrent.Executor;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.core.replica.CheckpointBudget;
import org.quorate.core.replica.Replica;
import org.quorate.core.replica.ReplicaConfig;
import org.quorate.core.replica.ReplicaEnvironment;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateView;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.transport.Lane;
import org.quorate.spi.transport.Transport;
import org.quorate.storage.memory.MemoryStateStorage;

/** A replica: the same strategy and driver under the virtual log, with a state machine that does nothing. */
final class WholeMember extends Member {
  private static final StateMachine NOTHING =
      new StateMachine() {
        @Override
        public Bytes apply(ApplyContext context, Bytes command) {
          return Bytes.EMPTY;
        }

        @Override
        public void leaseEnded(ApplyContext context, long lease) {
          // There is none.
        }

        @Override
        public Bytes query(StateView view, Bytes query) {
          return Bytes.EMPTY;
        }

        @Override
        public boolean lengthy(Bytes query) {
          return false;
        }

        @Override
        public long stateHash(StateView view) {
          return 0;
        }
      };

  private final long storeId;
  private final ConsensusStrategy strategy;
  private final Executor workers;
  private final CheckpointBudget budget = CheckpointBudget.unlimited();
  private final Replica replica;

  WholeMember(
      NodeId node,
      Map<NodeId, Member> all,
      Membership members,
      LogStorage logs,
      ConsensusStrategy strategy,
      Executor workers) {
    super(node, all);
    this.storeId = members.find(node).orElseThrow().storeId();
    this.strategy = strategy;
    this.workers = workers;
    ReplicaConfig config =
        new ReplicaConfig(Layers.GROUP, 1, strategy.name(), "memory", members, Options.DEFAULTS);
    this.replica = Replica.open(config, new Environment(), logs, new MemoryStateStorage(), NOTHING);
  }

  @Override
  void start() {
    replica.start();
  }

  @Override
  void tick() {
    replica.tick();
  }

  @Override
  void receive(NodeId from, Bytes frame) {
    replica.receive(from, Lane.DATA, frame);
  }

  @Override
  boolean leads() {
    return replica.link().timekeeper();
  }

  @Override
  void order(Bytes command, Done done) {
    replica.propose(
        Proposal.bare(command), outcome -> done.ended(outcome instanceof Outcome.Committed));
  }

  @Override
  void end() {
    replica.close();
  }

  // ---- what the replica needs --------------------------------------------------------------

  private final class Environment implements ReplicaEnvironment, Transport {
    @Override
    public NodeId node() {
      return WholeMember.this.node();
    }

    @Override
    public ConsensusStrategy strategy(String name) {
      return strategy;
    }

    @Override
    public long storeId() {
      return storeId;
    }

    @Override
    public long incarnation() {
      return 1;
    }

    @Override
    public Executor loop() {
      return WholeMember.this.loop();
    }

    @Override
    public Executor workers() {
      return workers;
    }

    @Override
    public Transport transport() {
      return this;
    }

    @Override
    public void send(NodeId to, Lane lane, Bytes frame) {
      WholeMember.this.send(to, frame);
    }

    @Override
    public boolean writable(NodeId to, Lane lane) {
      return true;
    }

    @Override
    public CheckpointBudget checkpointBudget() {
      return budget;
    }

    @Override
    public long nowMs() {
      return clockMs();
    }

    @Override
    public long seed() {
      return storeId;
    }

    @Override
    public void failed(String why, Throwable cause) {
      throw new IllegalStateException(why, cause);
    }
  }
}
