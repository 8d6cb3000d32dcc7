package org.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvError;
import org.quorate.api.kv.KvLimits;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.Footprint;
import org.quorate.spi.state.KeyOperation;
import org.quorate.spi.state.Prepared;
import org.quorate.spi.state.QueryException;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateView;
import org.quorate.spi.storage.StateCursor;

/**
 * The key-value state machine: {@link KvCommand} in, {@link KvResult} out. Holds nothing but
 * scratch space: all is in the state. A command's revision is the version of its commit, so
 * revisions rise strictly and have gaps where a commit changed no key.
 */
public final class KvStateMachine implements StateMachine {
  private final KvLimits limits;
  private final Compaction compaction;
  private final Queries queries;
  private final EntryHash hash = new EntryHash();

  /** With the default limits. */
  public KvStateMachine() {
    this(KvLimits.DEFAULTS);
  }

  /** With limits that must be the same on all replicas. */
  public KvStateMachine(KvLimits limits) {
    this.limits = limits;
    this.compaction = new Compaction(limits);
    this.queries = new Queries(limits);
  }

  @Override
  public Bytes apply(ApplyContext context, Bytes command) {
    return worked(context, command, hash).complete(context);
  }

  @Override
  public Prepared prepare(ApplyContext context, Bytes command) {
    return worked(context, command, new EntryHash());
  }

  /** All that a command costs, but for the writing of it. */
  private Prepared worked(ApplyContext context, Bytes bytes, EntryHash hashing) {
    try {
      KvCommand command = KvCommand.decode(bytes);
      Refusal.unlessFits(limits.violation(command));
      if (command instanceof KvCommand.Compact compact) {
        return into -> compact(into, compact.revision());
      }
      Draft draft = new Draft(context, hashing);
      Bytes result = new Execution(context, limits, draft).run(command).encode();
      draft.seal();
      return into -> {
        commit(into, draft);
        return result;
      };
    } catch (MalformedException e) {
      return failed(context, KvError.MALFORMED, e.getMessage());
    } catch (Refusal e) {
      return failed(context, e.error(), e.getMessage());
    }
  }

  private static Prepared failed(ApplyContext context, KvError error, String message) {
    Bytes result = new KvResult.Failed(context.version(), error, message).encode();
    return into -> result;
  }

  @Override
  public Footprint footprint(Bytes command) {
    return Footprints.of(command);
  }

  private void commit(ApplyContext context, Draft draft) {
    Meta meta = Meta.load(context);
    if (draft.commit(context, meta) > 0) {
      compaction.afterChanges(context, meta);
    }
  }

  private Bytes compact(ApplyContext context, long revision) {
    Meta meta = Meta.load(context);
    long latest = context.version();
    if (revision > latest) {
      String why = "revision " + revision + " has not been reached; the latest is " + latest;
      return new KvResult.Failed(latest, KvError.FUTURE_REVISION, why).encode();
    }
    if (revision <= meta.compacted) {
      String why = "revision " + meta.compacted + " has been compacted already";
      return new KvResult.Failed(latest, KvError.COMPACTED, why).encode();
    }
    compaction.compact(context, meta, revision);
    return new KvResult.Compacted(latest, meta.compacted).encode();
  }

  @Override
  public void leaseEnded(ApplyContext context, long lease) {
    Draft draft = new Draft(context, hash);
    keysOf(context, lease).forEach(draft::delete);
    for (Bytes key : keysOf(context, -lease)) {
      draft.put(key, draft.get(key).value(), 0);
    }
    draft.seal();
    commit(context, draft);
  }

  private static List<Bytes> keysOf(StateView view, long lease) {
    List<Bytes> keys = new ArrayList<>();
    Bytes prefix = Layout.lease(lease, Bytes.EMPTY);
    try (StateCursor cursor = view.scan(prefix, prefix.prefixEnd())) {
      while (cursor.next()) {
        keys.add(Layout.keyOfLease(cursor.key()));
      }
    }
    return keys;
  }

  @Override
  public Bytes query(StateView view, Bytes query) {
    try {
      return queries.answer(view, KvQuery.decode(query)).encode();
    } catch (MalformedException e) {
      throw new QueryException(Rejection.MALFORMED, e.getMessage());
    }
  }

  /** Single keys and numbers are read on the spot; what walks over keys is not. */
  @Override
  public boolean lengthy(Bytes query) {
    try {
      KvQuery decoded = KvQuery.decode(query);
      return !(decoded instanceof KvQuery.Get || decoded instanceof KvQuery.Stats);
    } catch (MalformedException e) {
      return false;
    }
  }

  @Override
  public List<KeyOperation> operations(Bytes command) {
    return Told.operations(command);
  }

  @Override
  public boolean changes(StateView view, long after, BiConsumer<Long, KeyOperation> to) {
    return Told.changes(view, after, to);
  }

  @Override
  public long stateHash(StateView view) {
    return Meta.load(view).hash;
  }
}
