package org.quorate.spi.consensus;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.NodeId;

/**
 * What the virtual log needs of a link. Asynchronous; every call and callback is on the group's loop.
 * {@link LinkContext#drive} makes one of a {@link PureLoglet}.
 */
@ConsumerType
public interface Loglet extends AutoCloseable {
  /** Delivered, or refused by ticket, through the context's driver. */
  void append(List<Submission> batch);

  /** Answered by ticket: linearizable, no later append was acknowledged before this call began. */
  void checkTail(TailRequest request);

  /**
   * Orders and delivers the seal's payload like any other; anyone may ask, again and again. The
   * virtual log takes the first that is delivered for the end and ignores what comes after it, so a
   * link may go on. Answered by ticket, or by the delivery.
   */
  void seal(long ticket, SealRecord seal);

  /**
   * Changes the membership.
   *
   * @param donor as in {@link Event.Configure}
   */
  void configure(long ticket, Membership next, NodeId donor);

  void handOver(long ticket, NodeId to);

  /** State up to this index is durable without the log. */
  void checkpointed(long inner);

  LinkStatus status();

  @Override
  void close();
}
