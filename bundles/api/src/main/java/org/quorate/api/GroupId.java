package org.quorate.api;

/** The name of a replicated group: 1 to 63 of {@code a-z A-Z 0-9 . _ -}. */
public record GroupId(String name) implements Comparable<GroupId> {
  public GroupId {
    Names.check("group", name);
  }

  public static GroupId of(String name) {
    return new GroupId(name);
  }

  @Override
  public int compareTo(GroupId other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
