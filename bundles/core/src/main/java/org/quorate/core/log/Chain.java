package org.quorate.core.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.consensus.Membership;

/**
 * The links of a group: the one that orders, perhaps the one before it that is not retired yet,
 * perhaps a plan for the one after it; part of the replicated state and changed by records of the
 * log alone. Immutable.
 *
 * @param active delivers
 * @param predecessor sealed and not retired: goes on serving who is behind; null if there is none
 * @param seal where the predecessor ends; null if there is none
 * @param plan the swap under way; null if there is none
 * @param past links that are no more, the last ended last, at most {@link #PAST_MAX}
 */
public record Chain(Link active, Link predecessor, Seal seal, Plan plan, List<Past> past) {
  /** Links that are no more and still known by name. */
  public static final int PAST_MAX = 64;

  /**
   * A link.
   *
   * @param planId position of the record that planned it, 0 for the first: names it for ever
   * @param options what its plan set, beside those of the group
   * @param members with whom it began
   * @param firstPosition position of the first record that it delivers; 0 while it delivers none
   * @param asked who wanted it
   */
  public record Link(
      long epoch,
      long planId,
      String strategy,
      Map<String, String> options,
      Membership members,
      long firstPosition,
      Asked asked) {
    public Link {
      options = java.util.Collections.unmodifiableMap(new TreeMap<>(options));
    }

    /** Number of its log. */
    public long store() {
      return Chain.store(planId);
    }
  }

  /**
   * The end of a link.
   *
   * @param inner index of the seal
   * @param linkState the link's opaque state there
   */
  public record Seal(long inner, Bytes linkState) {}

  /**
   * A swap that was decided to be tried.
   *
   * @param base the active link's membership when it was planned
   * @param deadlineMs ordered time after which it is given up
   */
  public record Plan(Link target, Membership base, long deadlineMs) {
    public long planId() {
      return target.planId();
    }
  }

  /**
   * A link that is no more.
   *
   * @param aborted why it never delivered; empty for one that was retired
   * @param position of the record that ended it
   */
  public record Past(
      long epoch,
      long planId,
      String strategy,
      String aborted,
      long firstPosition,
      long position,
      Asked asked) {}

  public Chain {
    past = List.copyOf(past);
  }

  /** Numbers a plan's log among the logs of the group: a later plan never sees this one's. */
  public static long store(long planId) {
    return planId + 1;
  }

  /** The chain of a new group. */
  public static Chain genesis(String strategy, Membership members) {
    Link first = new Link(1, 0, strategy, Map.of(), members, 1, Asked.NEVER);
    return new Chain(first, null, null, null, List.of());
  }

  /** A swap is under way. */
  public Chain planned(Plan next) {
    return new Chain(active, predecessor, seal, next, past);
  }

  /** The swap was given up. */
  public Chain aborted(long position, String why) {
    return new Chain(active, predecessor, seal, null, ended(plan.target(), why, position));
  }

  /** The plan's link takes over behind a position. */
  public Chain switched(long position, Seal end) {
    Link t = plan.target();
    Link next =
        new Link(
            t.epoch(), t.planId(), t.strategy(), t.options(), t.members(), position + 1, t.asked());
    return new Chain(next, active, end, null, past);
  }

  /** Nobody needs the predecessor any more. */
  public Chain retired(long position) {
    return new Chain(active, null, null, plan, ended(predecessor, "", position));
  }

  /** A fork at a position ends all links; the same strategy begins anew with these members. */
  public Chain forked(long position, Membership members) {
    Chain at = plan == null ? this : aborted(position, "the group was forked");
    at = at.predecessor == null ? at : at.retired(position);
    Link next =
        new Link(
            active.epoch() + 1,
            position,
            active.strategy(),
            active.options(),
            members,
            position + 1,
            Asked.NEVER);
    return new Chain(next, null, null, null, at.ended(active, "", position));
  }

  private List<Past> ended(Link link, String aborted, long position) {
    List<Past> all = new ArrayList<>(past);
    all.add(
        new Past(
            link.epoch(),
            link.planId(),
            link.strategy(),
            aborted,
            link.firstPosition(),
            position,
            link.asked()));
    return all.size() > PAST_MAX ? all.subList(all.size() - PAST_MAX, all.size()) : all;
  }

  /** The links that replicas hold open. */
  public List<Link> live() {
    List<Link> live = new ArrayList<>(3);
    if (predecessor != null) {
      live.add(predecessor);
    }
    live.add(active);
    if (plan != null) {
      live.add(plan.target());
    }
    return live;
  }

  /** Whether no swap is under way and none has left something to retire. */
  public boolean settled() {
    return plan == null && predecessor == null;
  }

  public void encode(Encoder out) {
    encode(out, active);
    out.bool(predecessor != null);
    if (predecessor != null) {
      encode(out, predecessor);
      out.varint(seal.inner()).optional(seal.linkState());
    }
    out.bool(plan != null);
    if (plan != null) {
      encode(out, plan.target());
      plan.base().encode(out);
      out.varint(plan.deadlineMs());
    }
    out.list(
        past,
        (e, p) -> {
          e.varint(p.epoch()).varint(p.planId()).text(p.strategy()).text(p.aborted());
          e.varint(p.firstPosition()).varint(p.position());
          p.asked().encode(e);
        });
  }

  private static void encode(Encoder out, Link link) {
    out.varint(link.epoch()).varint(link.planId()).text(link.strategy());
    out.list(link.options().entrySet(), (e, o) -> e.text(o.getKey()).text(o.getValue()));
    link.members().encode(out);
    out.varint(link.firstPosition());
    link.asked().encode(out);
  }

  public static Chain decode(Decoder in) {
    Link active = link(in);
    Link predecessor = in.bool() ? link(in) : null;
    Seal seal = predecessor == null ? null : new Seal(in.varint(), in.optional());
    Plan plan = in.bool() ? new Plan(link(in), Membership.decode(in), in.varint()) : null;
    List<Past> past =
        in.list(
            d ->
                new Past(
                    d.varint(),
                    d.varint(),
                    d.text(),
                    d.text(),
                    d.varint(),
                    d.varint(),
                    Asked.decode(d)));
    return new Chain(active, predecessor, seal, plan, past);
  }

  private static Link link(Decoder in) {
    return new Link(
        in.varint(),
        in.varint(),
        in.text(),
        options(in),
        Membership.decode(in),
        in.varint(),
        Asked.decode(in));
  }

  static Map<String, String> options(Decoder in) {
    Map<String, String> options = new TreeMap<>();
    for (int i = in.count(); i > 0; i--) {
      options.put(in.text(), in.text());
    }
    return options;
  }
}
