package org.quorate.runtime.node;

import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * Answer to {@link PeerOperation#IDENTIFY}.
 *
 * @param groups history of each group that the node has a manifest of
 */
record Identity(long storeId, long volatileStoreId, Map<String, Long> groups) {
  Bytes encode() {
    Encoder out = new Encoder();
    out.i64(storeId).i64(volatileStoreId);
    out.list(new TreeMap<>(groups).entrySet(), (e, g) -> e.text(g.getKey()).i64(g.getValue()));
    return out.take();
  }

  static Identity decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    long storeId = in.i64();
    long volatileStoreId = in.i64();
    Map<String, Long> groups = new TreeMap<>();
    for (int i = in.count(); i > 0; i--) {
      groups.put(in.text(), in.i64());
    }
    return new Identity(storeId, volatileStoreId, groups);
  }
}
