package org.quorate.api;

/** The name of a node, unique in its cluster: 1 to 63 of {@code a-z A-Z 0-9 . _ -}. */
public record NodeId(String name) implements Comparable<NodeId> {
  public NodeId {
    Names.check("node", name);
  }

  public static NodeId of(String name) {
    return new NodeId(name);
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
