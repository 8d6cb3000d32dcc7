package org.quorate.tck.protocol;

import java.util.Map;
import org.quorate.api.GroupId;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.Delivery;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.consensus.Recovered;

/** What a test gives a loglet to open. */
public record TestLink(
    Member self,
    Membership genesis,
    Map<String, String> values,
    long seed,
    Recovered recovered,
    Delivery delivery)
    implements LinkContext {
  @Override
  public GroupId group() {
    return GroupId.of("g");
  }

  @Override
  public long epoch() {
    return 1;
  }

  @Override
  public long planId() {
    return 0;
  }

  @Override
  public Options options() {
    return new Options(values);
  }

  @Override
  public Loglet drive(PureLoglet protocol) {
    throw new UnsupportedOperationException("driven by the test");
  }
}
