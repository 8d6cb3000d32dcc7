package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.runtime.deploy.Cluster;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Role;

/** The node as deploying sees it. */
final class DeployCluster implements Cluster {
  private static final long STATUS_MS = 2000;

  private final QuorateNode node;
  private final Executor workers;

  DeployCluster(QuorateNode node, Executor workers) {
    this.node = node;
    this.workers = workers;
  }

  @Override
  public NodeId self() {
    return node.id();
  }

  @Override
  public Collection<NodeId> nodes() {
    return node.addresses().all().keySet();
  }

  @Override
  public List<GroupState> groups() {
    Map<GroupHost, CompletableFuture<GroupStatus>> asked = new java.util.LinkedHashMap<>();
    node.groups().all().forEach(host -> asked.put(host, host.status().toCompletableFuture()));
    List<GroupState> groups = new ArrayList<>();
    asked.forEach(
        (host, status) -> {
          GroupStatus now = status.completeOnTimeout(null, STATUS_MS, TimeUnit.MILLISECONDS).join();
          boolean serves =
              now != null && now.state() == GroupStatus.State.RUNNING && now.hint() != null;
          groups.add(
              new GroupState(host.id(), serves, now == null ? 0 : now.position(), votes(host)));
        });
    return groups;
  }

  private static Map<NodeId, Integer> votes(GroupHost host) {
    Map<NodeId, Integer> votes = new TreeMap<>();
    for (Member member : host.manifest().membership().members()) {
      if (member.role() == Role.VOTER || member.role() == Role.WITNESS) {
        votes.put(member.node(), member.weight());
      }
    }
    return votes;
  }

  @Override
  public CompletableFuture<Bytes> ask(NodeId to, Question question, Bytes body, long timeoutMs) {
    PeerOperation what =
        switch (question) {
          case STATE -> PeerOperation.ASSEMBLY_STATE;
          case CHECK -> PeerOperation.ASSEMBLY_CHECK;
          case FETCH -> PeerOperation.ASSEMBLY_FETCH;
        };
    CompletableFuture<Bytes> answer = new CompletableFuture<>();
    node.ask(to, what, body, timeoutMs, answer::complete);
    return answer;
  }

  @Override
  public CompletableFuture<Outcome> propose(GroupId group, Proposal proposal) {
    return node.control().propose(group, proposal).toCompletableFuture();
  }

  @Override
  public CompletableFuture<ReadOutcome> read(GroupId group, Bytes query, ReadLevel level) {
    return node.control().read(group, query, level).toCompletableFuture();
  }

  @Override
  public CompletableFuture<Void> create(GroupId group) {
    return node.control()
        .createGroup(GroupSpec.of(group.name()))
        .toCompletableFuture()
        .exceptionallyCompose(DeployCluster::unlessThere);
  }

  private static CompletableFuture<Void> unlessThere(Throwable problem) {
    Throwable cause = problem.getCause() == null ? problem : problem.getCause();
    return cause instanceof ControlException e && e.code() == Code.EXISTS
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.failedFuture(cause);
  }

  @Override
  public CompletableFuture<Void> checkpoint(GroupId group) {
    return node.control().checkpoint(group).toCompletableFuture();
  }

  @Override
  public Executor workers() {
    return workers;
  }

  @Override
  public long turnMs() {
    return node.parameters().number(NodeParameters.DEPLOY_TURN_MS);
  }

  @Override
  public void publish(String event, Map<String, String> details) {
    node.events().publish(event, "assembly", details);
  }
}
