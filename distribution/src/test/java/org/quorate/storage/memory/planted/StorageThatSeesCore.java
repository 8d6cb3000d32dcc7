package org.quorate.storage.memory.planted;

import org.quorate.core.planted.CoreWithSockets;

/** Looks up where it must not. */
final class StorageThatSeesCore {
  final CoreWithSockets core = new CoreWithSockets();
}
