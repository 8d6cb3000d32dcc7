package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.core.config.ParameterException;
import org.quorate.core.config.ParameterRegistry;
import org.quorate.core.log.Asked;
import org.quorate.core.replica.Replica;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.api.SwapPlan;
import org.quorate.runtime.api.SwapSpec;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Traits;

/** Swaps of groups: every member is asked whether it can take part, then the swap is planned. */
final class GroupSwaps {
  private static final long ASK_MS = 5_000;

  private final QuorateNode node;
  private final LeaderRequests leaders;

  GroupSwaps(QuorateNode node) {
    this.node = node;
    this.leaders = new LeaderRequests(node);
  }

  // ---- the plan ----------------------------------------------------------------------------

  /** Asks every member; changes nothing. */
  CompletableFuture<SwapPlan> plan(SwapSpec spec) {
    GroupHost host = host(spec.group());
    Bytes question = swap(spec).encode();
    return host.status().toCompletableFuture().thenCompose(status -> plan(spec, question, status));
  }

  private CompletableFuture<SwapPlan> plan(SwapSpec spec, Bytes question, GroupStatus status) {
    List<CompletableFuture<SwapPlan.Check>> asked = new ArrayList<>();
    for (GroupStatus.MemberStatus member : status.members()) {
      NodeId id = member.node();
      asked.add(
          node.answer(id, PeerOperation.SWAP_CHECK, question, ASK_MS).thenApply(a -> check(id, a)));
    }
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenApply(
            done ->
                new SwapPlan(
                    spec.group(),
                    status.strategy(),
                    spec.strategy(),
                    asked.stream().map(CompletableFuture::join).toList()));
  }

  private static SwapPlan.Check check(NodeId member, Answer answer) {
    return new SwapPlan.Check(
        member,
        answer.failure() == null ? "" : answer.message(),
        answer.failure() == Code.UNAVAILABLE);
  }

  private GroupHost host(GroupId group) {
    GroupHost host = node.groups().find(group);
    if (host == null) {
      throw new ControlException(Code.UNKNOWN_GROUP, "no group '" + group + "' on " + node.id());
    }
    return host;
  }

  private GroupSwap swap(SwapSpec spec) {
    ConsensusStrategy strategy = node.services().strategy(spec.strategy());
    if (strategy == null) {
      throw new ControlException(
          Code.INVALID, node.id() + ": " + node.services().missingStrategy(spec.strategy()));
    }
    Traits traits = strategy.traits();
    Asked asked = new Asked(node.id().name(), System.currentTimeMillis());
    return new GroupSwap(spec, traits.minWire(), traits.maxWire(), asked);
  }

  /** Whether this node can take part. */
  CompletableFuture<Answer> check(GroupSwap swap) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    GroupHost host = node.groups().find(swap.spec().group());
    String objection =
        host == null
            ? "it does not have the group"
            : objection(swap, node.services().strategy(swap.spec().strategy()));
    if (objection != null) {
      answer.complete(Answer.failed(Code.INVALID, objection));
      return answer;
    }
    host.onReplica(
        refused -> answer.complete(Answer.failed(Code.UNAVAILABLE, host.statusNow().why())),
        replica -> {
          String why = replica.objection(swap.request());
          answer.complete(why == null ? Answer.DONE : Answer.failed(Code.INVALID, why));
        });
    return answer;
  }

  private String objection(GroupSwap swap, ConsensusStrategy strategy) {
    if (strategy == null) {
      return node.services().missingStrategy(swap.spec().strategy());
    }
    Traits traits = strategy.traits();
    if (traits.minWire() > swap.maxWire() || traits.maxWire() < swap.minWire()) {
      return "its '"
          + swap.spec().strategy()
          + "' speaks versions "
          + traits.minWire()
          + " to "
          + traits.maxWire()
          + ", the asking node "
          + swap.minWire()
          + " to "
          + swap.maxWire();
    }
    try {
      ParameterRegistry.options(swap.spec().options(), traits.parameters());
      return null;
    } catch (ParameterException e) {
      return "options: " + e.getMessage();
    }
  }

  // ---- the swap ----------------------------------------------------------------------------

  /** Plans it if every member can take part; complete with its number when that is decided. */
  CompletableFuture<Long> swap(SwapPlan plan, SwapSpec spec) {
    if (!plan.possible()) {
      throw new ControlException(plan.refusal(), String.join("; ", plan.objections()));
    }
    GroupSwap swap = swap(spec);
    return leaders
        .request(PeerOperation.SWAP, swap.encode(), () -> perform(swap))
        .thenApply(a -> Long.parseLong(a.names().get(0)));
  }

  /** Plans it here, or says who can. */
  CompletableFuture<Answer> perform(GroupSwap swap) {
    return onReplica(
        swap.spec().group(), (replica, done) -> replica.swap(swap.request(), done::accept));
  }

  /** Gives up the swap that is under way. */
  CompletableFuture<Void> abort(GroupId group) {
    host(group);
    Bytes body = Bytes.utf8(group.name());
    return leaders
        .request(PeerOperation.SWAP_ABORT, body, () -> performAbort(group))
        .thenApply(done -> null);
  }

  CompletableFuture<Answer> performAbort(GroupId group) {
    return onReplica(group, (replica, done) -> replica.abortSwap(done::accept));
  }

  private interface Act {
    void on(Replica replica, java.util.function.Consumer<Outcome> done);
  }

  private CompletableFuture<Answer> onReplica(GroupId group, Act act) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    GroupHost host = node.groups().find(group);
    if (host == null) {
      answer.complete(
          Answer.failed(Code.UNKNOWN_GROUP, "no group '" + group + "' on " + node.id()));
      return answer;
    }
    host.onReplica(
        refused -> answer.complete(LeaderRequests.answerOf(refused, group)),
        replica ->
            act.on(replica, outcome -> answer.complete(LeaderRequests.answerOf(outcome, group))));
    return answer;
  }
}
