package org.quorate.spi.transport;

import org.osgi.annotation.versioning.ProviderType;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;

/**
 * Sends frames to the same group on other nodes: at most once, in order per lane while a connection
 * lasts, silently lost otherwise. Never blocks.
 */
@ProviderType
public interface Transport {
  /** Queues a frame; drops it when the peer is not connected or the lane's budget is used up. */
  void send(NodeId to, Lane lane, Bytes frame);

  /** False while the lane's backlog is over its high-water mark: pause what can be paused. */
  boolean writable(NodeId to, Lane lane);
}
