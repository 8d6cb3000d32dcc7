package org.quorate.core.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.quorate.core.log.Asked;
import org.quorate.core.log.LogRecord;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.Traits;

/**
 * What an operator wants a group to go on with.
 *
 * @param options of the target strategy, checked
 * @param roles what members become whose role the target does not know
 * @param timeoutMs ordered time after which a target that does not decide is given up
 * @param asked where it was asked for
 */
public record SwapRequest(
    String strategy,
    Map<String, String> options,
    Map<Role, Role> roles,
    long timeoutMs,
    Asked asked) {
  /** Ordered time that a target gets to become live unless told otherwise. */
  public static final long DEFAULT_TIMEOUT_MS = 30_000;

  public SwapRequest {
    options = Map.copyOf(options);
    roles = Map.copyOf(roles);
  }

  /** With the strategy's defaults. */
  public static SwapRequest to(String strategy) {
    return new SwapRequest(strategy, Map.of(), Map.of(), DEFAULT_TIMEOUT_MS, Asked.NEVER);
  }

  /** Why the members cannot be those of a link of the target, or null. */
  public String objection(Membership now, Traits target) {
    List<String> unknown = new ArrayList<>();
    for (Member member : now.members()) {
      Role role = roles.getOrDefault(member.role(), member.role());
      if (!target.roles().contains(role)) {
        unknown.add(member.node() + " is " + member.role());
      }
    }
    if (!unknown.isEmpty()) {
      return "strategy '"
          + strategy
          + "' knows only the roles "
          + target.roles().stream().sorted().toList()
          + ", but "
          + String.join(", ", unknown)
          + ": say what they become";
    }
    for (Member member : now.members()) {
      if (member.role() == Role.WITNESS) {
        // It has no payload, so it sees neither the plan nor the seal that it would have to follow.
        return member.node() + " is a witness, which cannot follow a swap: remove it first";
      }
      if (member.weight() != 1 && !target.weights()) {
        return "strategy '"
            + strategy
            + "' counts heads, but "
            + member.node()
            + " has weight "
            + member.weight()
            + ": remove it and add it again with one vote";
      }
    }
    Membership then = members(now);
    return then.voters().isEmpty() ? "no voter would be left" : then.forgetful();
  }

  /** The members with the roles that they get. */
  public Membership members(Membership now) {
    List<Member> mapped =
        now.members().stream().map(m -> m.as(roles.getOrDefault(m.role(), m.role()))).toList();
    boolean same = mapped.equals(now.members());
    return new Membership(same ? now.version() : now.version() + 1, mapped);
  }

  /** The record that begins the swap. */
  LogRecord.Prepare prepare(Membership now) {
    return new LogRecord.Prepare(strategy, options, members(now), now, timeoutMs, asked);
  }
}
