package org.quorate.runtime.peer;

import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.spi.transport.Lane;

/** What the node makes of what comes from its peers; called on the transport's loop. */
public interface PeerHandler {
  /** A frame that the peer's replica of the group sent. */
  void received(NodeId from, long storeId, Lane lane, GroupId group, Bytes frame);

  /**
   * A question of a peer.
   *
   * @param answer takes the reply, once, on any thread; null says that it failed
   */
  void asked(NodeId from, int operation, Bytes body, Consumer<Bytes> answer);

  /** A lane to the peer was opened, for the first time or again. */
  void connected(NodeId peer, long storeId, Lane lane);

  /** The lane was lost; or refused by the peer, with its words. */
  void disconnected(NodeId peer, Lane lane, String why, boolean refused);

  /** The peer says that its loop of the group is busy and not dead. */
  void busy(NodeId peer, GroupId group);

  /** A node that was not known before has said hello. */
  void met(NodeId peer);
}
