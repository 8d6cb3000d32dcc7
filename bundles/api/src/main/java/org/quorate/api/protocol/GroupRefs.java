package org.quorate.api.protocol;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.GroupId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * Group names as small numbers: the first use on a connection spells the name out and gives it the
 * next number, later uses send the number alone. One instance per connection and direction.
 */
public final class GroupRefs {
  /** Names that one connection may give numbers to. */
  public static final int LIMIT = 65_536;

  private final Map<GroupId, Integer> numbers = new HashMap<>();
  private final List<GroupId> names = new ArrayList<>();

  /** Writes a group. */
  public void write(Encoder out, GroupId group) {
    Integer number = numbers.get(group);
    if (number != null) {
      out.varint(number);
      return;
    }
    out.varint(numbers.size()).text(group.name());
    numbers.put(group, numbers.size());
  }

  /** Reads a group. */
  public GroupId read(Decoder in) {
    long number = in.varint();
    if (number >= 0 && number < names.size()) {
      return names.get((int) number);
    }
    if (number != names.size() || number >= LIMIT) {
      throw new MalformedException("group number " + number, in.offset());
    }
    GroupId group = name(in);
    names.add(group);
    return group;
  }

  private static GroupId name(Decoder in) {
    int at = in.offset();
    try {
      return GroupId.of(in.text());
    } catch (IllegalArgumentException e) {
      throw new MalformedException(e.getMessage(), at);
    }
  }
}
