package org.quorate.runtime.node;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.core.log.Asked;
import org.quorate.core.replica.SwapRequest;
import org.quorate.runtime.api.SwapSpec;
import org.quorate.spi.consensus.Role;

/**
 * A swap on its way between nodes.
 *
 * @param minWire oldest version of the strategy's messages that the asking node speaks
 * @param maxWire newest one
 * @param asked the asking node
 */
record GroupSwap(SwapSpec spec, int minWire, int maxWire, Asked asked) {
  Bytes encode() {
    Encoder out = new Encoder();
    out.text(spec.group().name()).text(spec.strategy()).varint(spec.timeoutMs());
    out.list(
        new TreeMap<>(spec.options()).entrySet(), (e, o) -> e.text(o.getKey()).text(o.getValue()));
    out.list(
        new TreeMap<>(spec.roles()).entrySet(),
        (e, r) -> e.u8(r.getKey().ordinal()).u8(r.getValue().ordinal()));
    asked.encode(out.varint(minWire).varint(maxWire));
    return out.take();
  }

  static GroupSwap decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    GroupId group = GroupId.of(in.text());
    String strategy = in.text();
    long timeoutMs = in.varint();
    Map<String, String> options = new TreeMap<>();
    for (int i = in.count(); i > 0; i--) {
      options.put(in.text(), in.text());
    }
    Map<Role, Role> roles = new EnumMap<>(Role.class);
    for (int i = in.count(); i > 0; i--) {
      roles.put(role(in), role(in));
    }
    SwapSpec spec = new SwapSpec(group, strategy, options, roles, timeoutMs);
    return new GroupSwap(spec, (int) in.varint(), (int) in.varint(), Asked.decode(in));
  }

  private static Role role(Decoder in) {
    int role = in.u8();
    if (role >= Role.values().length) {
      throw new MalformedException("role " + role, in.offset() - 1);
    }
    return Role.values()[role];
  }

  SwapRequest request() {
    return new SwapRequest(spec.strategy(), spec.options(), spec.roles(), spec.timeoutMs(), asked);
  }
}
