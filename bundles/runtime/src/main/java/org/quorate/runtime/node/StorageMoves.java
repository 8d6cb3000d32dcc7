package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.api.StorageSpec;
import org.quorate.runtime.api.StorageStatus;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;

/**
 * Moves of replicas to other storages: every replica is asked first, then one after the other moves,
 * the one that leads last and after it has handed over.
 */
final class StorageMoves {
  private static final long ASK_MS = 5_000;
  private static final long POLL_MS = 100;

  private final QuorateNode node;
  private final GroupChanges changes;

  StorageMoves(QuorateNode node, GroupChanges changes) {
    this.node = node;
    this.changes = changes;
  }

  // ---- what a node answers -------------------------------------------------------------------

  CompletableFuture<Answer> check(StorageTarget target) {
    return here(target.group(), storage -> storage.check(target));
  }

  CompletableFuture<Answer> begin(StorageTarget target) {
    return here(target.group(), storage -> storage.begin(target, GroupHost.nowMs()));
  }

  CompletableFuture<Answer> state(GroupId group) {
    return here(group, ReplicaStorage::state);
  }

  private CompletableFuture<Answer> here(GroupId group, Function<ReplicaStorage, Answer> what) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    GroupHost host = node.groups().find(group);
    if (host == null) {
      answer.complete(
          Answer.failed(Code.UNKNOWN_GROUP, "no group '" + group + "' on " + node.id()));
    } else {
      host.loop()
          .execute(
              () -> {
                try {
                  answer.complete(what.apply(host.storage()));
                } catch (RuntimeException e) {
                  answer.complete(Answer.of(e));
                }
              });
    }
    return answer;
  }

  // ---- the plan ------------------------------------------------------------------------------

  private record Checked(NodeId node, Answer answer) {
    boolean refused() {
      return answer.failure() != null;
    }

    boolean durable() {
      return answer.names().get(1).equals("durable");
    }
  }

  /** What each replica that is to move says; changes nothing. */
  CompletableFuture<List<StorageStatus>> plan(StorageSpec spec) {
    StorageTarget target = target(spec);
    return membership(spec.group()).thenCompose(now -> plan(spec, target, now));
  }

  private static StorageTarget target(StorageSpec spec) {
    return StorageTarget.of(spec.group(), spec.target(), spec.timeoutMs());
  }

  private CompletableFuture<Membership> membership(GroupId group) {
    CompletableFuture<Membership> now = new CompletableFuture<>();
    GroupHost host = node.groups().find(group);
    if (host == null) {
      now.completeExceptionally(
          new ControlException(Code.UNKNOWN_GROUP, "no group '" + group + "' on " + node.id()));
    } else {
      host.loop().execute(() -> now.complete(host.membershipNow()));
    }
    return now;
  }

  private CompletableFuture<List<StorageStatus>> plan(
      StorageSpec spec, StorageTarget target, Membership now) {
    List<CompletableFuture<Checked>> asked = new ArrayList<>();
    for (NodeId member : those(spec, now)) {
      asked.add(
          node.answer(member, PeerOperation.STORAGE_CHECK, target.encode(), ASK_MS)
              .thenApply(answer -> new Checked(member, answer)));
    }
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenApply(
            done -> planned(target, now, asked.stream().map(CompletableFuture::join).toList()));
  }

  private static List<NodeId> those(StorageSpec spec, Membership now) {
    if (spec.node() == null) {
      return now.members().stream().map(Member::node).toList();
    }
    if (now.find(spec.node()).isEmpty()) {
      throw new ControlException(
          Code.UNKNOWN_NODE,
          "node '" + spec.node() + "' is not a member of group '" + spec.group() + "'");
    }
    return List.of(spec.node());
  }

  private static List<StorageStatus> planned(
      StorageTarget target, Membership now, List<Checked> all) {
    Map<NodeId, Boolean> forgets = new TreeMap<>();
    all.stream().filter(c -> !c.refused()).forEach(c -> forgets.put(c.node(), !c.durable()));
    List<Member> then =
        now.members().stream()
            .map(m -> m.forgetting(forgets.getOrDefault(m.node(), m.forgets())))
            .toList();
    String forgetful = new Membership(now.version(), then).forgetful();
    return all.stream().map(c -> planned(target, c, kept(now, c.node()), forgetful)).toList();
  }

  private static boolean kept(Membership now, NodeId at) {
    return now.find(at).map(m -> !m.forgets()).orElse(true);
  }

  /**
   * What becomes of one.
   *
   * @param marked whether the membership has it as one that keeps what it promises
   */
  private static StorageStatus planned(
      StorageTarget target, Checked c, boolean marked, String forgetful) {
    if (c.refused()) {
      return new StorageStatus(
          c.node(), "", "", target.names(), "refused", c.answer().message(), -1);
    }
    String is = c.answer().names().get(0);
    if (is.equals(target.names()) && (marked || !c.durable())) {
      return new StorageStatus(c.node(), is, is, target.names(), "there", "", -1);
    }
    String why = !c.durable() && forgetful != null ? forgetful : "";
    return new StorageStatus(
        c.node(), is, is, target.names(), why.isEmpty() ? "planned" : "refused", why, -1);
  }

  // ---- the moves -----------------------------------------------------------------------------

  /** Moves them one after the other, if all can; complete when all have, or one could not. */
  CompletableFuture<List<StorageStatus>> move(StorageSpec spec) {
    StorageTarget target = target(spec);
    return plan(spec)
        .thenCompose(
            plan -> {
              requireAll(plan);
              List<NodeId> order = order(spec.group(), plan);
              CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
              for (NodeId each : order) {
                all = all.thenCompose(done -> one(target, each));
              }
              return all.thenCompose(done -> states(spec.group()));
            });
  }

  private static void requireAll(List<StorageStatus> plan) {
    List<String> refused =
        plan.stream()
            .filter(s -> s.phase().equals("refused"))
            .map(s -> "node '" + s.node() + "': " + s.why())
            .toList();
    if (!refused.isEmpty()) {
      throw new ControlException(Code.INVALID, String.join("; ", refused));
    }
  }

  /** Who leads now comes last: it hands over once. */
  private List<NodeId> order(GroupId group, List<StorageStatus> plan) {
    List<NodeId> order = new ArrayList<>();
    plan.stream().filter(s -> s.phase().equals("planned")).forEach(s -> order.add(s.node()));
    GroupHost host = node.groups().find(group);
    NodeId leader = host == null ? null : host.hint();
    if (order.remove(leader)) {
      order.add(leader);
    }
    return order;
  }

  private CompletableFuture<Void> one(StorageTarget target, NodeId at) {
    return order(at, PeerOperation.STORAGE_CHECK, target)
        .thenCompose(
            checked -> {
              boolean durable = checked.names().get(1).equals("durable");
              return (durable
                      ? CompletableFuture.<Void>completedFuture(null)
                      : member(GroupChange.Kind.FORGETS, target.group(), at))
                  .thenCompose(marked -> handOver(target.group(), at))
                  .thenCompose(handed -> order(at, PeerOperation.STORAGE_MOVE, target))
                  .thenCompose(begun -> ended(target, at))
                  .thenCompose(
                      end ->
                          durable || !end.storage().equals(target.names())
                              ? member(GroupChange.Kind.KEEPS, target.group(), at)
                                  .thenApply(kept -> end)
                              : CompletableFuture.completedFuture(end));
            })
        .thenAccept(end -> requireDone(target, at, end));
  }

  private CompletableFuture<Answer> order(NodeId at, PeerOperation what, StorageTarget target) {
    return node.answer(at, what, target.encode(), ASK_MS)
        .thenApply(
            answer -> {
              if (answer.failure() != null) {
                throw new ControlException(
                    answer.failure(), "node '" + at + "': " + answer.message());
              }
              return answer;
            });
  }

  private CompletableFuture<Void> member(GroupChange.Kind kind, GroupId group, NodeId at) {
    return changes.request(GroupChange.of(kind, group, at));
  }

  /** Best effort: a replica that leads can move as well. */
  private CompletableFuture<Void> handOver(GroupId group, NodeId at) {
    return membership(group)
        .thenCompose(
            now -> {
              GroupHost host = node.groups().find(group);
              NodeId successor =
                  now.voters().stream().filter(v -> !v.equals(at)).findFirst().orElse(null);
              if (host == null || successor == null || !at.equals(host.hint())) {
                return CompletableFuture.<Void>completedFuture(null);
              }
              return changes
                  .request(GroupChange.of(GroupChange.Kind.HAND_OVER, group, successor))
                  .exceptionally(refused -> null);
            });
  }

  private CompletableFuture<StorageStatus> ended(StorageTarget target, NodeId at) {
    CompletableFuture<StorageStatus> end = new CompletableFuture<>();
    long limitMs = target.timeoutMs() + 60_000;
    poll(target, at, System.nanoTime() + limitMs * 1_000_000, end);
    return end;
  }

  private void poll(
      StorageTarget target, NodeId at, long untilNanos, CompletableFuture<StorageStatus> end) {
    stateOf(target.group(), at)
        .whenComplete(
            (status, problem) -> {
              if (problem == null && isIdle(status)) {
                end.complete(status);
              } else if (System.nanoTime() - untilNanos > 0) {
                end.completeExceptionally(
                    new ControlException(
                        Code.TIMEOUT,
                        "node '" + at + "' does not tell that it has moved: look at the storages"));
              } else {
                node.later(POLL_MS, () -> poll(target, at, untilNanos, end));
              }
            });
  }

  /** Whether the node answers and nothing is under way there: it has moved or never will. */
  private static boolean isIdle(StorageStatus status) {
    return !status.storage().isEmpty() && List.of("", "done", "aborted").contains(status.phase());
  }

  private static void requireDone(StorageTarget target, NodeId at, StorageStatus end) {
    if (!end.storage().equals(target.names())) {
      String why = end.phase().equals("aborted") ? end.why() : "it was restarted meanwhile";
      throw new ControlException(
          Code.UNAVAILABLE, "node '" + at + "' stays on '" + end.storage() + "': " + why);
    }
  }

  // ---- the state -----------------------------------------------------------------------------

  /** Where each member keeps its replica. */
  CompletableFuture<List<StorageStatus>> states(GroupId group) {
    return membership(group)
        .thenCompose(
            now -> {
              List<CompletableFuture<StorageStatus>> asked =
                  now.members().stream().map(m -> stateOf(group, m.node())).toList();
              return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                  .thenApply(done -> asked.stream().map(CompletableFuture::join).toList());
            });
  }

  private CompletableFuture<StorageStatus> stateOf(GroupId group, NodeId at) {
    StorageTarget question = new StorageTarget(group, "", "", 0);
    return node.answer(at, PeerOperation.STORAGE_STATE, question.encode(), ASK_MS)
        .thenApply(
            answer -> {
              if (answer.failure() != null) {
                return new StorageStatus(at, "", "", "", "", answer.message(), -1);
              }
              List<String> n = answer.names();
              return new StorageStatus(
                  at, n.get(0), n.get(1), n.get(2), n.get(3), n.get(4), Long.parseLong(n.get(5)));
            });
  }
}
