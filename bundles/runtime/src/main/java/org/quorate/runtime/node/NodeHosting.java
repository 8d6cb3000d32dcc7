package org.quorate.runtime.node;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.core.replica.CheckpointBudget;
import org.quorate.runtime.api.GroupListener;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the groups need of the node. On the groups' loops. */
final class NodeHosting implements GroupHost.Node {
  private static final Logger LOG = LoggerFactory.getLogger(NodeHosting.class);

  private final QuorateNode node;
  private final Invitations invitations;
  private final CheckpointBudget checkpointBudget;
  private final List<GroupListener> listeners;
  private final BiConsumer<String, Throwable> onBroken;

  NodeHosting(
      QuorateNode node,
      Invitations invitations,
      CheckpointBudget checkpointBudget,
      List<GroupListener> listeners,
      BiConsumer<String, Throwable> onBroken) {
    this.node = node;
    this.invitations = invitations;
    this.checkpointBudget = checkpointBudget;
    this.listeners = listeners;
    this.onBroken = onBroken;
  }

  @Override
  public NodeId id() {
    return node.id();
  }

  @Override
  public NodeHome home() {
    return node.home();
  }

  @Override
  public Services services() {
    return node.services();
  }

  @Override
  public Executor workers() {
    return node.workers();
  }

  @Override
  public CheckpointBudget checkpointBudget() {
    return checkpointBudget;
  }

  @Override
  public Transport transport(GroupId group) {
    return node.transport().forGroup(group);
  }

  @Override
  public void replace(GroupHost host, GroupManifest next) {
    node.groups().replace(host, next);
  }

  @Override
  public void broken(String why, Throwable cause) {
    LOG.error("storage of node {} is broken, the process must end: {}", id(), why, cause);
    onBroken.accept(why, cause);
  }

  @Override
  public void changed(GroupHost host, String event, Map<String, String> details) {
    node.events().publish(event, host.id().name(), details);
    if (event.equals("group.opened")) {
      listeners.forEach(l -> l.opened(host));
      host.membership().members().forEach(m -> node.transport().connect(m.node()));
    } else if (event.equals("group.parked") || event.equals("group.failed")) {
      listeners.forEach(l -> l.closed(host));
    } else if (event.equals("membership.changed")) {
      invite(host);
    }
  }

  /** Who is in the membership knows of it, decided or not: a new member has to take part. */
  private void invite(GroupHost host) {
    for (Member member : host.membership().members()) {
      node.transport().connect(member.node());
      invitations.offer(host, member.node());
    }
  }

  /** It is on disk, and who is no longer in it knows. */
  @Override
  public void decided(GroupHost host, Membership membership) {
    GroupManifest newer = host.manifest().with(membership);
    for (Member member : host.manifest().membership().members()) {
      if (!newer.lists(member.node())) {
        invitations.tell(member.node(), newer);
      }
    }
    node.workers().execute(() -> node.groups().decided(host, membership));
  }
}
