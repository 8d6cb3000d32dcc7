package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.replica.Replica;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.peer.NodeAddress;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;

/** Changes to groups: made here if this node leads, otherwise sent on to the one that does. */
final class GroupChanges {
  private static final long PAUSE_MS = 200;

  private final QuorateNode node;
  private final LeaderRequests leaders;

  GroupChanges(QuorateNode node) {
    this.node = node;
    this.leaders = new LeaderRequests(node);
  }

  CompletableFuture<Void> request(GroupChange change) {
    return leaders
        .request(PeerOperation.CHANGE, change.encode(), () -> perform(change))
        .thenApply(done -> null);
  }

  /** Makes the change here, or says who can. */
  CompletableFuture<Answer> perform(GroupChange change) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    GroupHost host = node.groups().find(change.group());
    if (host == null) {
      answer.complete(
          Answer.failed(Code.UNKNOWN_GROUP, "no group '" + change.group() + "' on " + node.id()));
      return answer;
    }
    host.onReplica(
        outcome -> answer.complete(LeaderRequests.answerOf(outcome, change.group())),
        replica -> {
          NodeId leader = replica.status().hint();
          if (leader != null && !leader.equals(node.id())) {
            answer.complete(Answer.elsewhere(leader.name()));
          } else if (change.kind() == GroupChange.Kind.HAND_OVER) {
            handOver(replica, change, answer);
          } else if (change.kind() == GroupChange.Kind.ADD) {
            identify(host, change, answer);
          } else {
            configure(replica, change, null, answer);
          }
        });
    return answer;
  }

  private void handOver(Replica replica, GroupChange change, CompletableFuture<Answer> answer) {
    if (replica.link().membership().find(change.node()).isEmpty()) {
      answer.complete(notMember(change));
      return;
    }
    replica.handOver(
        change.node(),
        outcome -> answer.complete(LeaderRequests.answerOf(outcome, change.group())));
  }

  private static Answer notMember(GroupChange change) {
    return Answer.failed(
        Code.UNKNOWN_NODE,
        "node '" + change.node() + "' is not a member of group '" + change.group() + "'");
  }

  private void identify(GroupHost host, GroupChange change, CompletableFuture<Answer> answer) {
    if (!change.address().isEmpty()) {
      node.addresses().learn(change.node(), new NodeAddress(change.address(), ""));
    }
    if (node.addresses().find(change.node()).peer().isEmpty()) {
      answer.complete(
          Answer.failed(
              Code.UNKNOWN_NODE,
              "node '" + change.node() + "' is not known: give the address of its peer port"));
      return;
    }
    askIdentity(
        change,
        20,
        answer,
        identity -> {
          Services.Parts parts = node.services().parts(host.manifest());
          boolean durable = parts == null || parts.durable();
          Identity.Store usual =
              new Identity.Store(durable ? identity.storeId() : identity.volatileStoreId(), false);
          Identity.Store store = identity.stores().getOrDefault(change.group().name(), usual);
          host.onReplica(
              outcome -> answer.complete(LeaderRequests.answerOf(outcome, change.group())),
              replica -> configure(replica, change, store, answer));
        });
  }

  private void askIdentity(
      GroupChange change,
      int attempts,
      CompletableFuture<Answer> answer,
      java.util.function.Consumer<Identity> then) {
    node.ask(
        change.node(),
        PeerOperation.IDENTIFY,
        Bytes.EMPTY,
        2000,
        reply -> {
          if (reply != null) {
            then.accept(Identity.decode(reply));
          } else if (attempts > 0) {
            node.later(PAUSE_MS, () -> askIdentity(change, attempts - 1, answer, then));
          } else {
            answer.complete(
                Answer.failed(
                    Code.UNKNOWN_NODE,
                    "node '"
                        + change.node()
                        + "' at "
                        + node.addresses().find(change.node()).peer()
                        + " does not answer: start it first"));
          }
        });
  }

  private void configure(
      Replica replica, GroupChange change, Identity.Store store, CompletableFuture<Answer> answer) {
    Membership now = replica.link().membership();
    Member present = now.find(change.node()).orElse(null);
    List<Member> members = new ArrayList<>(now.members());
    switch (change.kind()) {
      case ADD -> {
        if (present != null && present.storeId() == store.storeId()) {
          answer.complete(
              Answer.failed(Code.EXISTS, "node '" + change.node() + "' is a member already"));
          return;
        }
        if (present != null) {
          answer.complete(
              Answer.failed(
                  Code.INVALID,
                  "node '"
                      + change.node()
                      + "' is a member with another store, "
                      + Long.toHexString(present.storeId())
                      + ": remove it first"));
          return;
        }
        members.add(
            new Member(
                change.node(), store.storeId(), change.role(), change.weight(), store.forgets()));
      }
      default -> {
        if (present == null) {
          answer.complete(notMember(change));
          return;
        }
        members.remove(present);
        if (change.kind() == GroupChange.Kind.ROLE) {
          members.add(present.as(change.role()));
        } else if (change.kind() != GroupChange.Kind.REMOVE) {
          Member changed = changed(present, change.kind());
          if (changed.equals(present)) {
            answer.complete(Answer.DONE);
            return;
          }
          members.add(changed);
        }
      }
    }
    replica.configure(
        new Membership(now.version() + 1, members),
        change.donor(),
        outcome -> answer.complete(LeaderRequests.answerOf(outcome, change.group())));
  }

  private static Member changed(Member present, GroupChange.Kind kind) {
    return switch (kind) {
      case DESYNC, RESYNC -> present.desynced(kind == GroupChange.Kind.DESYNC);
      default -> present.forgetting(kind == GroupChange.Kind.FORGETS);
    };
  }
}
