package org.quorate.runtime.node;

import java.util.Map;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.peer.PeerHandler;
import org.quorate.spi.transport.Lane;

/** Gives what comes from the peers to the groups and the parts of this node. */
final class PeerEvents implements PeerHandler {
  private final QuorateNode node;
  private final NodeQuestions questions;
  private final Invitations invitations;

  PeerEvents(QuorateNode node, NodeQuestions questions, Invitations invitations) {
    this.node = node;
    this.questions = questions;
    this.invitations = invitations;
  }

  @Override
  public void received(NodeId from, long storeId, Lane lane, GroupId group, Bytes frame) {
    GroupHost host = node.groups().find(group);
    if (host != null) {
      host.loop().run(() -> host.receive(from, lane, frame));
    }
  }

  @Override
  public void asked(NodeId from, int operation, Bytes body, Consumer<Bytes> answer) {
    PeerOperation what = PeerOperation.of(operation);
    if (what == null) {
      answer.accept(null);
      return;
    }
    try {
      questions.answered(from, what, body, answer);
    } catch (IllegalArgumentException | ControlException e) {
      answer.accept(Answer.failed(Code.INVALID, e.getMessage()).encode());
    }
  }

  @Override
  public void connected(NodeId peer, long storeId, Lane lane) {
    node.groups().all().forEach(host -> host.loop().run(() -> host.peerReset(peer)));
    if (lane == Lane.CONTROL) {
      node.events().publish("peer.up", peer.name(), Map.of("store", Long.toHexString(storeId)));
      invitations.offer(peer);
    }
  }

  @Override
  public void disconnected(NodeId peer, Lane lane, String why, boolean refused) {
    if (lane == Lane.CONTROL) {
      node.events()
          .publish(refused ? "peer.refused" : "peer.down", peer.name(), Map.of("why", why));
    }
  }

  @Override
  public void busy(NodeId peer, GroupId group) {
    GroupHost host = node.groups().find(group);
    if (host != null) {
      host.loop().run(() -> host.peerBusy(peer));
    }
  }

  @Override
  public void met(NodeId peer) {
    node.transport().connect(peer);
  }
}
