package org.quorate.spi.consensus;

import org.osgi.annotation.versioning.ProviderType;
import org.quorate.api.Bytes;

/**
 * How a link tells the virtual log what it decided. Called on the group's loop. What a {@link
 * PureLoglet} delivers in one step is taken as a whole: a state is never kept, and so never found as
 * {@link Recovered#applied}, in the middle of it.
 */
@ProviderType
public interface Delivery {
  /** A payload is decided; in the order of {@code inner}, each once; gaps are allowed. */
  void deliver(long inner, Bytes payload);

  /** Everything up to {@code inner} is decided (also indexes without payload: probes, views). */
  void decided(long inner);

  /** Answers a read: state applied up to {@code inner} is fresh enough. */
  void tail(TailRequest request, long inner);

  void refuse(Submission submission, Refusal why);

  void refuse(TailRequest request, Refusal why);

  /** Refuses or ends a {@code Configure}, {@code HandOver} or {@code Seal}; null means done. */
  void answer(long ticket, Refusal why);

  /** The membership the protocol goes by from now on; not necessarily decided yet. */
  void membership(Membership effective, long inner);

  /** What is on disk contradicts the protocol: the replica stops with this reason. */
  void halt(String reason);
}
