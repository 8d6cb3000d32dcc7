package org.quorate.runtime.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Role;

/**
 * A member of a group to create. As text {@code NODE}, a voter, or {@code NODE:ROLE}.
 *
 * @param weight votes, from 1 to {@link Member#WEIGHT_MAX}
 */
public record MemberSpec(NodeId node, Role role, int weight) {
  public MemberSpec {
    if (weight < 1 || weight > Member.WEIGHT_MAX) {
      throw new IllegalArgumentException(
          "weight " + weight + " of '" + node + "' is not in 1.." + Member.WEIGHT_MAX);
    }
  }

  /** A voter with one vote. */
  public static MemberSpec voter(NodeId node) {
    return new MemberSpec(node, Role.VOTER, 1);
  }

  /**
   * Members from texts.
   *
   * @param members each {@code NODE} or {@code NODE:ROLE}
   * @param weights votes by node, for those that do not have one
   * @throws IllegalArgumentException naming the text that is wrong
   */
  public static List<MemberSpec> parse(List<String> members, Map<String, String> weights) {
    Map<String, String> left = new TreeMap<>(weights);
    List<MemberSpec> all = new ArrayList<>();
    for (String text : members) {
      int colon = text.indexOf(':');
      String name = colon < 0 ? text : text.substring(0, colon);
      String weight = left.remove(name);
      all.add(
          new MemberSpec(
              NodeId.of(name),
              colon < 0 ? Role.VOTER : role(text.substring(colon + 1)),
              weight == null ? 1 : votes(name, weight)));
    }
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          "a weight is given for " + left.keySet() + ", which the members do not name");
    }
    return all;
  }

  private static int votes(String node, String weight) {
    try {
      return Integer.parseInt(weight.trim());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "weight '" + weight + "' of '" + node + "' is no whole number");
    }
  }

  /**
   * The role of a name, in any case.
   *
   * @throws IllegalArgumentException naming those that there are
   */
  public static Role role(String name) {
    for (Role role : Role.values()) {
      if (role.name().equalsIgnoreCase(name)) {
        return role;
      }
    }
    throw new IllegalArgumentException(
        "role '"
            + name
            + "' is none of "
            + Arrays.toString(Role.values()).toLowerCase(Locale.ROOT));
  }

  @Override
  public String toString() {
    String text =
        role == Role.VOTER ? node.name() : node + ":" + role.name().toLowerCase(Locale.ROOT);
    return weight == 1 ? text : text + "*" + weight;
  }
}
