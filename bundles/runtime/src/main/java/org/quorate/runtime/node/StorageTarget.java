package org.quorate.runtime.node;

import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;

/**
 * Storages that a replica is to move to, on the way between nodes.
 *
 * @param timeoutMs after so long it is given up, if the new storages have not taken over
 */
record StorageTarget(GroupId group, String log, String state, long timeoutMs) {
  /** Of {@code journal+mapdb}, or of one name for both. */
  static StorageTarget of(GroupId group, String target, long timeoutMs) {
    String[] names = target.split("\\+", -1);
    if (names.length > 2 || names[0].isBlank() || names[names.length - 1].isBlank()) {
      throw new ControlException(
          Code.INVALID,
          "storage '" + target + "': write LOG+STATE as journal+mapdb, or one name for both");
    }
    return new StorageTarget(group, names[0], names[names.length - 1], timeoutMs);
  }

  String names() {
    return StorageChoice.names(log, state);
  }

  Bytes encode() {
    Encoder out = new Encoder();
    return out.text(group.name()).text(log).text(state).varint(timeoutMs).take();
  }

  static StorageTarget decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    return new StorageTarget(GroupId.of(in.text()), in.text(), in.text(), in.varint());
  }
}
