package org.quorate.core.replica;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.quorate.api.GroupStatus;
import org.quorate.core.log.Chain;
import org.quorate.core.log.VirtualLog;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;

/** What a replica says of itself and of its active link. On the group's loop. */
final class StatusReport {
  private final ReplicaConfig config;
  private final ReplicaEnvironment environment;
  private final VirtualLog log;
  private final Condition condition;
  private final StateGuard guard;
  private final Callers callers;
  private final OpenLinks links;
  private LinkStatus announced;
  private Membership announcedMembership;

  StatusReport(
      ReplicaConfig config,
      ReplicaEnvironment environment,
      VirtualLog log,
      Condition condition,
      StateGuard guard,
      Callers callers,
      OpenLinks links) {
    this.config = config;
    this.environment = environment;
    this.log = log;
    this.condition = condition;
    this.guard = guard;
    this.callers = callers;
    this.links = links;
  }

  /** What the active link says of itself now. */
  LinkStatus link() {
    Chain.Link active = log.chain().active();
    LinkSlot open = links.find(active.planId());
    return open != null
        ? open.status()
        : new LinkStatus("none", null, false, false, 0, 0, 0, active.members(), null, Map.of());
  }

  /** What it said at the last {@link #announce}. */
  LinkStatus announced() {
    return announced;
  }

  /** The membership in force, if it is known to be decided; otherwise null. */
  Membership decidedMembership() {
    return links.active() == null ? null : links.active().decidedMembership();
  }

  /** Looks again; whether role, hint, membership or what is decided of it have changed. */
  boolean announce() {
    LinkStatus before = announced;
    Membership decidedBefore = announcedMembership;
    announced = link();
    announcedMembership = decidedMembership();
    return before != null
        && !(announced.role().equals(before.role())
            && Objects.equals(announced.hint(), before.hint())
            && announced.membership().equals(before.membership())
            && Objects.equals(announcedMembership, decidedBefore));
  }

  GroupStatus group() {
    LinkStatus now = link();
    return new GroupStatus(
        config.group(),
        environment.node(),
        guard.fenced() ? GroupStatus.State.DIVERGED : condition.state(),
        guard.fenced() ? guard.why() : condition.why(),
        log.chain().active().strategy(),
        config.storage(),
        now.role(),
        now.hint(),
        log.chain().active().epoch(),
        now.decided(),
        log.inner(),
        log.position(),
        log.gtid(),
        callers.installing() ? "" : Long.toHexString(log.stateHash()),
        now.membership().members().stream()
            .map(
                m ->
                    new GroupStatus.MemberStatus(
                        m.node(),
                        Long.toHexString(m.storeId()),
                        m.role().name().toLowerCase(),
                        m.weight()))
            .toList(),
        details(now));
  }

  private Map<String, String> details(LinkStatus now) {
    Chain chain = log.chain();
    Map<String, String> details = new TreeMap<>(now.details());
    if (chain.plan() != null) {
      details.put("swap", chain.plan().planId() + " to " + chain.plan().target().strategy());
    }
    if (chain.predecessor() != null) {
      details.put("retiring", "link " + chain.predecessor().epoch());
    }
    put(details, "in memory", now, Member::forgets);
    put(details, "desynced", now, Member::desynced);
    return details;
  }

  private static void put(
      Map<String, String> details, String word, LinkStatus now, Predicate<Member> those) {
    List<String> names =
        now.membership().members().stream().filter(those).map(m -> m.node().name()).toList();
    if (!names.isEmpty()) {
      details.put(word, String.join(",", names));
    }
  }
}
