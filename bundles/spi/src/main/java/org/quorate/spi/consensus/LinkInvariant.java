package org.quorate.spi.consensus;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.NodeId;

/** A property of a strategy that must hold after every step of a simulation; may keep history. */
@ConsumerType
public interface LinkInvariant {
  /**
   * One node's protocol instance.
   *
   * @param incarnation rises with each restart of the node
   */
  record LinkView(NodeId node, boolean alive, long incarnation, PureLoglet loglet) {}

  /** For reports; the class's simple name by default. */
  default String name() {
    return getClass().getSimpleName();
  }

  /** Null while it holds, otherwise what is wrong. */
  String check(List<LinkView> nodes);
}
