package org.quorate.simulator.wrap;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;

/** A protocol whose events and effects pass through here. */
public class WrappedLoglet extends ForwardingEffects implements PureLoglet {
  private final PureLoglet protocol;

  public WrappedLoglet(PureLoglet protocol) {
    this.protocol = protocol;
  }

  /** The events that the protocol gets to see. */
  protected List<Event> before(List<Event> turn) {
    return turn;
  }

  /** What is done when the step has ended. */
  protected void after(List<Event> turn) {}

  @Override
  public void step(List<Event> turn, Effects target) {
    to(target);
    protocol.step(before(turn), this);
    after(turn);
  }

  @Override
  public Message decode(Bytes encoded) {
    return protocol.decode(encoded);
  }

  @Override
  public Bytes linkState(long inner) {
    return protocol.linkState(inner);
  }

  @Override
  public Bytes logRank() {
    return protocol.logRank();
  }

  @Override
  public LinkStatus status() {
    return protocol.status();
  }
}
