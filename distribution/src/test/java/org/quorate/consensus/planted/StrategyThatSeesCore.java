package org.quorate.consensus.planted;

import org.quorate.core.planted.CoreWithSockets;

/** Looks up where it must not. */
final class StrategyThatSeesCore {
  final CoreWithSockets core = new CoreWithSockets();
}
