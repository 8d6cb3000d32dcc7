package org.quorate.core.history;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome;
import org.quorate.core.log.Chain;
import org.quorate.core.log.Fork;
import org.quorate.core.log.LogRecord;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.replica.ReplicaConfig;
import org.quorate.core.state.GroupStore;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Salvaged;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;

/**
 * What a replica that is closed has on disk: its state, and all records of its logs beyond it, be they
 * decided or not, executed in memory. Blocks: for worker threads. Nothing is changed but by {@link
 * #fork}.
 */
public final class Remains implements AutoCloseable {
  private static final int READ_BYTES = 1 << 20;

  /**
   * A record of the log.
   *
   * @param position that it has, if all before it counts
   * @param executed whether it was executed here now; otherwise the state has it already
   * @param payload the record as it was ordered
   * @param outcome of executing it; null if it was not
   */
  public record Kept(
      long position, boolean executed, Bytes payload, LogRecord record, Outcome outcome) {}

  /** Takes records in the order of their positions. */
  public interface Visitor {
    void record(Kept kept);
  }

  private final ReplicaConfig config;
  private final StateStore state;
  private final GroupStore store;
  private final VirtualLog log;
  private final TailHash hash = new TailHash();
  private final long certain;
  private Outcome outcome;

  /**
   * Reads everything.
   *
   * @param strategies by name; null for one that is not installed
   * @param visitor takes the records
   * @throws IllegalStateException if a log cannot be gone on from, saying why
   * @throws org.quorate.spi.storage.StorageException if a store is corrupt, locked or newer
   */
  public static Remains read(
      ReplicaConfig config,
      Function<String, ConsensusStrategy> strategies,
      LogStorage logs,
      StateStorage states,
      StateMachine machine,
      Visitor visitor) {
    StateStore state = states.open(config.group());
    try {
      Remains remains = new Remains(config, state, machine);
      remains.execute(strategies, logs, visitor);
      return remains;
    } catch (RuntimeException e) {
      state.close();
      throw e;
    }
  }

  private Remains(ReplicaConfig config, StateStore state, StateMachine machine) {
    this.config = config;
    this.state = state;
    store = new GroupStore(state);
    Chain genesis = Chain.genesis(config.strategy(), config.genesis());
    log =
        new VirtualLog(
            store,
            machine,
            config.historyId(),
            genesis,
            (origin, ticket, what) -> outcome = what,
            inner -> null);
    certain = log.position();
  }

  private void execute(
      Function<String, ConsensusStrategy> strategies, LogStorage logs, Visitor visitor) {
    Chain.Link link;
    do {
      link = log.chain().active();
      ConsensusStrategy strategy = strategies.apply(link.strategy());
      if (strategy == null) {
        throw new IllegalStateException("strategy '" + link.strategy() + "' is not installed");
      }
      List<Salvaged> found = salvage(strategy, link, logs);
      if (found == null) {
        throw new IllegalStateException(
            "strategy '" + link.strategy() + "' cannot tell what its log holds");
      }
      execute(link, found, visitor);
    } while (log.chain().active().planId() != link.planId());
  }

  private List<Salvaged> salvage(ConsensusStrategy strategy, Chain.Link link, LogStorage logs) {
    Executor here = Runnable::run;
    try (LinkStore links = logs.open(config.group(), link.store(), here)) {
      long first = links.log().firstIndex();
      List<Bytes> records = new ArrayList<>();
      while (first + records.size() <= links.log().lastIndex()) {
        records.addAll(links.log().read(first + records.size(), READ_BYTES));
      }
      Bytes linkState = log.inner() == 0 ? null : log.linkState();
      Bytes stable = links.stable().load();
      return strategy.salvage(
          new Recovered(stable, first, records, log.inner(), linkState), link.members());
    }
  }

  private void execute(Chain.Link link, List<Salvaged> found, Visitor visitor) {
    long before = found.stream().filter(each -> each.inner() <= log.inner()).count();
    long position = log.position() - before;
    for (Salvaged each : found) {
      if (log.chain().active().planId() != link.planId()) {
        return; // what a link has behind its seal does not count
      }
      position++;
      LogRecord record = LogRecord.decode(each.payload()).record();
      if (each.inner() <= log.inner()) {
        visitor.record(new Kept(position, false, each.payload(), record, null));
        continue;
      }
      log.deliver(each.inner(), each.payload());
      if (position > certain) {
        hash.add(each.payload());
      }
      visitor.record(new Kept(position, true, each.payload(), record, outcome));
    }
  }

  /** What the records came to. */
  public VirtualLog log() {
    return log;
  }

  /** Last position known to be decided: that of the state on disk. */
  public long certain() {
    return certain;
  }

  /** Hash of the records after {@link #certain()}. */
  public long tailHash() {
    return hash.value();
  }

  /**
   * Goes on with everything that is here in a history of its own; on disk when it returns.
   *
   * @param history its identity
   * @param founder its only member
   * @param members of the history that ends
   */
  public Fork fork(long history, Member founder, Membership members) {
    Fork fork =
        new Fork(
            log.gtid().historyId(),
            founder,
            certain,
            log.position(),
            log.version(),
            tailHash(),
            members);
    log.fork(history, fork);
    log.save(null);
    store.freeze(log.position());
    store.commitFrozen(StateBatch.Pace.NONE);
    store.thaw();
    return fork;
  }

  @Override
  public void close() {
    state.close();
  }
}
