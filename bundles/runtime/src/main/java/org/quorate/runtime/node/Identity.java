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
 * @param stores identity of the node in each group that it keeps elsewhere than the group was
 *     created
 */
record Identity(
    long storeId, long volatileStoreId, Map<String, Long> groups, Map<String, Store> stores) {
  /**
   * What a node is in one group.
   *
   * @param forgets whether it keeps what it promises in memory only
   */
  record Store(long storeId, boolean forgets) {}

  Bytes encode() {
    Encoder out = new Encoder();
    out.i64(storeId).i64(volatileStoreId);
    out.list(new TreeMap<>(groups).entrySet(), (e, g) -> e.text(g.getKey()).i64(g.getValue()));
    out.list(
        new TreeMap<>(stores).entrySet(),
        (e, s) -> e.text(s.getKey()).i64(s.getValue().storeId()).bool(s.getValue().forgets()));
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
    Map<String, Store> stores = new TreeMap<>();
    for (int i = in.count(); i > 0; i--) {
      stores.put(in.text(), new Store(in.i64(), in.bool()));
    }
    return new Identity(storeId, volatileStoreId, groups, stores);
  }
}
