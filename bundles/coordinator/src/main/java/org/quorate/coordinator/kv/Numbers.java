package org.quorate.coordinator.kv;

import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.coordination.KeyEntry;

/** The revisions and the version that a key had where it came from. */
record Numbers(long createRevision, long modRevision, long version) {
  static Numbers of(KeyEntry entry) {
    return new Numbers(entry.createRevision(), entry.modRevision(), entry.version());
  }

  Bytes encode() {
    return new Encoder().varint(createRevision).varint(modRevision).varint(version).take();
  }

  static Numbers decode(Bytes bytes) {
    Decoder in = new Decoder(bytes);
    return new Numbers(in.varint(), in.varint(), in.varint());
  }
}
