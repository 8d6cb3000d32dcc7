package org.quorate.api;

import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.MalformedException;

/** The name of a node, unique in its cluster: 1 to 63 of {@code a-z A-Z 0-9 . _ -}. */
public record NodeId(String name) implements Comparable<NodeId> {
  public NodeId {
    Names.check("node", name);
  }

  public static NodeId of(String name) {
    return new NodeId(name);
  }

  /** Reads a name. Throws MalformedException if it is none. */
  public static NodeId decode(Decoder in) {
    int at = in.offset();
    try {
      return new NodeId(in.text());
    } catch (IllegalArgumentException e) {
      throw new MalformedException(e.getMessage(), at);
    }
  }

  @Override
  public int compareTo(NodeId other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
