package org.quorate.runtime.deploy;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.runtime.api.ClusterAssembly;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.api.NodeControl;

/**
 * The cluster's assembly: one key of a replicated group, changed by compare-and-set. A change of
 * unknown fate is looked up before it is made again; each has a revision of its own. Blocks.
 */
final class SystemRecord {
  static final GroupId GROUP = NodeControl.SYSTEM_GROUP;

  private static final Bytes KEY = Bytes.utf8("assembly");
  private static final long PATIENCE_S = 15;
  private static final long PAUSE_MS = 100;

  private final Cluster cluster;

  SystemRecord(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * What is decided.
   *
   * @return null if nothing ever was: there is no such group
   * @throws ControlException UNAVAILABLE
   */
  ClusterAssembly read(ReadLevel level) {
    Bytes found = bytes(level);
    return found == null ? null : found.isEmpty() ? ClusterAssembly.NONE : Record.decode(found);
  }

  /** Empty if the key is absent, null if the group is. */
  private Bytes bytes(ReadLevel level) {
    ReadOutcome outcome =
        await(cluster.read(GROUP, new KvQuery.Get(KEY, 0).encode(), level), "reading");
    if (outcome instanceof ReadOutcome.Answered answered
        && KvResult.decode(answered.result()) instanceof KvResult.GetDone got) {
      return got.entry() == null ? Bytes.EMPTY : got.entry().value();
    }
    if (outcome instanceof ReadOutcome.Unanswered not
        && not.why() instanceof Outcome.Rejected refused
        && refused.code() == Outcome.Rejection.UNKNOWN_GROUP) {
      return null;
    }
    throw new ControlException(
        Code.UNAVAILABLE, "the cluster's assembly cannot be read: " + outcome);
  }

  /** Makes the group if it is not there. */
  void ensure() {
    if (bytes(ReadLevel.LINEARIZABLE) == null) {
      await(cluster.create(GROUP), "making group " + GROUP);
    }
  }

  /**
   * Makes a step on the newest record, again while it cannot be told whether it was made.
   *
   * @param step empty if it does not fit
   * @return the record after it; empty if the step did not fit
   */
  Optional<ClusterAssembly> change(
      Function<ClusterAssembly, Optional<ClusterAssembly>> step, long withinMs) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMs);
    ControlException last = null;
    do {
      try {
        Bytes before = bytes(ReadLevel.LINEARIZABLE);
        if (before != null) {
          ClusterAssembly now = before.isEmpty() ? ClusterAssembly.NONE : Record.decode(before);
          Optional<ClusterAssembly> next = step.apply(now);
          if (next.isEmpty() || swap(before, Record.encode(next.get()))) {
            return next;
          }
        }
      } catch (ControlException e) {
        if (e.code() != Code.UNAVAILABLE) {
          throw e;
        }
        last = e;
      }
      pause();
    } while (System.nanoTime() - end < 0);
    throw last != null
        ? last
        : new ControlException(Code.UNAVAILABLE, "group " + GROUP + " took no change in time");
  }

  private boolean swap(Bytes before, Bytes after) {
    KvCommand command = new KvCommand.CompareAndSet(KEY, before.isEmpty() ? null : before, after);
    Outcome outcome = await(cluster.propose(GROUP, Proposal.bare(command.encode())), "deciding");
    return outcome instanceof Outcome.Committed committed
        && KvResult.decode(committed.result()) instanceof KvResult.Swapped swapped
        && swapped.succeeded();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ControlException(Code.UNAVAILABLE, "the node stops");
    }
  }

  /** Waits for a stage of the node. */
  static <T> T await(CompletableFuture<T> stage, String what) {
    try {
      return stage.get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ControlException(Code.UNAVAILABLE, what + ": the node stops");
    } catch (TimeoutException e) {
      throw new ControlException(Code.UNAVAILABLE, what + ": no answer in " + PATIENCE_S + " s");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof ControlException known
          ? known
          : new ControlException(Code.INTERNAL, what + ": " + e.getCause());
    }
  }
}
