package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.runtime.api.NodeStatus.PeerStatus;
import org.quorate.runtime.api.WhyStep;

/** Walks configuration, service, protocol, quorum and says at each step what is found. */
final class Why {
  private final QuorateNode node;

  Why(QuorateNode node) {
    this.node = node;
  }

  CompletionStage<List<WhyStep>> walk(GroupId group) {
    GroupHost host = node.groups().find(group);
    return host == null
        ? CompletableFuture.completedStage(List.of(unknown(group)))
        : host.status().thenApply(status -> walk(host.local(), status));
  }

  private WhyStep unknown(GroupId group) {
    boolean configured =
        node.config().groups().stream().anyMatch(spec -> spec.group().equals(group));
    return new WhyStep(
        "configuration",
        false,
        "node " + node.id() + " has no group '" + group + "'",
        configured
            ? "it is configured but was never created: quorate bootstrap"
            : "create it: quorate group create " + group);
  }

  private List<WhyStep> walk(GroupManifest manifest, GroupStatus status) {
    List<WhyStep> steps = new ArrayList<>();
    steps.add(configuration(manifest, status));
    steps.add(service(manifest, status));
    if (status.state() == GroupStatus.State.RUNNING) {
      steps.add(protocol(status));
      steps.add(quorum(status));
    }
    return steps;
  }

  private WhyStep configuration(GroupManifest manifest, GroupStatus status) {
    String is =
        "strategy "
            + status.strategy()
            + ", log "
            + manifest.log()
            + ", storage "
            + manifest.config().storage()
            + ", members "
            + manifest.membership().voters();
    if (status.state() == GroupStatus.State.FAILED) {
      return new WhyStep(
          "configuration",
          false,
          is + "; failed: " + status.why(),
          "read the node's log; if the disk is lost, start with an empty directory and re-add the"
              + " node as a learner");
    }
    boolean good = status.state() == GroupStatus.State.RUNNING || missing(manifest, status) != null;
    return new WhyStep("configuration", good, is, good ? "" : status.why());
  }

  private String missing(GroupManifest manifest, GroupStatus status) {
    String missing = node.services().missingStrategy(status.strategy());
    return missing != null ? missing : node.services().missing(manifest);
  }

  private WhyStep service(GroupManifest manifest, GroupStatus status) {
    String missing = missing(manifest, status);
    return missing == null
        ? new WhyStep("service", true, "all parts are installed: " + node.services().names(), "")
        : new WhyStep(
            "service",
            false,
            missing,
            "start the bundle (lb, start ID in the node's shell); the group opens by itself");
  }

  private static WhyStep protocol(GroupStatus status) {
    String is =
        "role "
            + status.role()
            + ", leader "
            + (status.hint() == null ? "unknown" : status.hint())
            + ", epoch "
            + status.epoch()
            + ", applied "
            + status.applied()
            + " of "
            + status.decided();
    return status.hint() != null
        ? new WhyStep("protocol", true, is, "")
        : new WhyStep(
            "protocol", false, is, "nobody leads: the next step says whether a majority is there");
  }

  private WhyStep quorum(GroupStatus status) {
    int voters = 0;
    int votes = 0;
    int there = 0;
    Set<String> reached = new TreeSet<>();
    Set<String> away = new TreeSet<>();
    for (GroupStatus.MemberStatus member : status.members()) {
      if (!member.role().equals("voter") && !member.role().equals("witness")) {
        continue;
      }
      voters++;
      votes += member.weight();
      PeerStatus peer = peer(member);
      if (member.node().equals(node.id()) || (peer != null && peer.state().equals("CONNECTED"))) {
        reached.add(member.node().name());
        there += member.weight();
      } else {
        away.add(member.node() + " (" + (peer == null ? "never dialled" : peer.why()) + ")");
      }
    }
    boolean enough = there > votes / 2;
    String is = reached.size() + " of " + voters + " voters are connected: " + reached;
    if (votes != voters) {
      is += ", " + there + " of " + votes + " votes";
    }
    return new WhyStep(
        "quorum",
        enough,
        away.isEmpty() ? is : is + "; away: " + away,
        enough
            ? ""
            : "start or reconnect "
                + (votes / 2 + 1 - there)
                + (votes == voters ? " more of them" : " more votes of them")
                + "; without a majority nothing is written");
  }

  private PeerStatus peer(GroupStatus.MemberStatus member) {
    return node.transport().status().stream()
        .filter(p -> p.node().equals(member.node()))
        .findFirst()
        .orElse(null);
  }
}
