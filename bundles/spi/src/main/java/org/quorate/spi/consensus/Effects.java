package org.quorate.spi.consensus;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.transport.Lane;

/**
 * Filled by {@link PureLoglet#step}, executed by the driver in order under its numbered rules. Valid
 * during the step only.
 */
@ProviderType
public interface Effects extends Delivery {
  /**
   * Writes records to the link's log from {@code first} on; what was at and after it is replaced.
   * Becomes {@link Event.Durable} with the same number.
   */
  Pending append(long first, List<Bytes> records);

  /** Replaces the stable record. Becomes {@link Event.Durable} with the same number. */
  Pending record(Bytes stable);

  /** Drops the whole log; the next append is at {@code next} (after a snapshot). */
  Pending reset(long next);

  /** Lets the log go below {@code first}. */
  void trim(long first);

  /** Sends; may overtake the disk. */
  void send(NodeId to, Lane lane, Message message);

  /** Sends when {@code what} is durable, never before. */
  void promise(Pending what, NodeId to, Lane lane, Message message);

  /** The peer is behind the log: send it a snapshot at or after {@code inner}. */
  default void needSnapshot(NodeId to, long inner) {
    needSnapshot(to, inner, List.of());
  }

  /**
   * The peer is behind the log: send it a snapshot at or after {@code inner}, together with others
   * that are at least as far, the most wanted first. They keep the same state by an ordered mark, so
   * this wants a protocol that decides one record at each index and may be joined behind any of them.
   */
  void needSnapshot(NodeId to, long inner, List<NodeId> with);
}
