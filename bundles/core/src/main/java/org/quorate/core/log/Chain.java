package org.quorate.core.log;

import java.util.List;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * The links a group's history ran through, oldest first; part of the replicated state.
 *
 * @param links at least one; the last is the active one
 */
public record Chain(List<Link> links) {
  /**
   * A link.
   *
   * @param firstPosition position of the first record that it delivers
   */
  public record Link(long epoch, long planId, String strategy, long firstPosition) {}

  public Chain {
    links = List.copyOf(links);
  }

  /** The chain of a new group. */
  public static Chain genesis(String strategy) {
    return new Chain(List.of(new Link(1, 0, strategy, 1)));
  }

  public Link active() {
    return links.get(links.size() - 1);
  }

  public void encode(Encoder out) {
    out.list(
        links,
        (e, l) -> e.varint(l.epoch()).i64(l.planId()).text(l.strategy()).varint(l.firstPosition()));
  }

  public static Chain decode(Decoder in) {
    return new Chain(in.list(d -> new Link(d.varint(), d.i64(), d.text(), d.varint())));
  }
}
