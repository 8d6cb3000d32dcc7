package org.quorate.runtime.node;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.quorate.api.NodeId;
import org.quorate.core.config.ParameterException;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.api.MemberSpec;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Role;

/** Creates groups on the order of this node's users: one creation per group at a time. */
final class GroupCreation {
  private final QuorateNode node;
  private final Map<String, CompletableFuture<Void>> underWay = new TreeMap<>();

  GroupCreation(QuorateNode node) {
    this.node = node;
  }

  /** Makes the configured groups that are not there; their names. */
  CompletableFuture<List<String>> bootstrap() {
    CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
    for (GroupSpec spec : node.config().groups()) {
      if (node.groups().find(spec.group()) == null) {
        all = all.thenCompose(done -> create(spec).exceptionallyCompose(e -> unlessThere(spec, e)));
      }
    }
    return all.thenApply(
        done -> node.groups().all().stream().map(host -> host.id().name()).toList());
  }

  /** Another node bootstraps too and was faster. */
  private CompletableFuture<Void> unlessThere(GroupSpec spec, Throwable problem) {
    return node.groups().find(spec.group()) != null
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.failedFuture(problem);
  }

  private long timeoutMs() {
    return node.parameters().number(NodeParameters.CREATE_TIMEOUT_MS);
  }

  /** Creates a group; joins a creation of it that is under way here. */
  CompletableFuture<Void> create(GroupSpec spec) {
    CompletableFuture<Void> creation = new CompletableFuture<>();
    synchronized (underWay) {
      CompletableFuture<Void> before = underWay.putIfAbsent(spec.group().name(), creation);
      if (before != null) {
        return before;
      }
    }
    try {
      begin(spec).whenComplete((done, problem) -> over(spec, creation, problem));
    } catch (ControlException e) {
      over(spec, creation, e);
    }
    return creation;
  }

  /** Who waits for it and asks again joins it no more. */
  private void over(GroupSpec spec, CompletableFuture<Void> creation, Throwable problem) {
    synchronized (underWay) {
      underWay.remove(spec.group().name());
    }
    if (problem == null) {
      creation.complete(null);
    } else {
      creation.completeExceptionally(problem);
    }
  }

  private CompletableFuture<Void> begin(GroupSpec spec) {
    if (node.groups().find(spec.group()) != null) {
      throw new ControlException(Code.EXISTS, "group '" + spec.group() + "' is there already");
    }
    GroupManifest draft = Creation.manifest(spec, List.of(), 0);
    String missing = node.services().missingStrategy(spec.strategy());
    missing = missing != null ? missing : node.services().missing(draft);
    if (missing != null) {
      throw new ControlException(Code.INVALID, missing);
    }
    Services.Parts parts = node.services().parts(draft);
    try {
      Options options =
          GroupOptions.checked(spec.options(), parts, node.services().strategy(spec.strategy()));
      if (!parts.durable() && !options.flag(GroupParameters.VOLATILE)) {
        throw new ControlException(
            Code.INVALID,
            "log '"
                + spec.log()
                + "' or storage '"
                + spec.storage()
                + "' is in memory only: members forget their votes when they restart; say so with"
                + " option volatile=true");
      }
    } catch (ParameterException e) {
      throw new ControlException(Code.INVALID, "options: " + e.getMessage());
    }
    List<MemberSpec> members =
        spec.members().isEmpty()
            ? node.addresses().all().keySet().stream().map(MemberSpec::voter).toList()
            : spec.members();
    String objection = objection(node.services().strategy(spec.strategy()), members);
    if (objection != null) {
      throw new ControlException(Code.INVALID, objection);
    }
    for (MemberSpec each : members) {
      NodeId member = each.node();
      if (!member.equals(node.id()) && node.addresses().find(member).peer().isEmpty()) {
        throw new ControlException(
            Code.UNKNOWN_NODE, "node '" + member + "' is not in the address book of " + node.id());
      }
    }
    return new Creation(node, decided(spec, parts), parts.durable(), members, timeoutMs()).run();
  }

  /** Why these cannot be the members of a group of a strategy, or null. */
  private static String objection(ConsensusStrategy strategy, List<MemberSpec> members) {
    Set<NodeId> seen = new TreeSet<>();
    boolean voter = false;
    for (MemberSpec member : members) {
      if (!seen.add(member.node())) {
        return "members: '" + member.node() + "' is listed twice";
      }
      if (!strategy.traits().roles().contains(member.role())) {
        return "members: strategy '"
            + strategy.name()
            + "' knows no "
            + member.role().name().toLowerCase(Locale.ROOT)
            + " ("
            + member.node()
            + "), only "
            + strategy.traits().roles().stream()
                .sorted()
                .toList()
                .toString()
                .toLowerCase(Locale.ROOT);
      }
      if (member.weight() != 1 && !strategy.traits().weights()) {
        return "members: strategy '"
            + strategy.name()
            + "' counts heads, so '"
            + member.node()
            + "' cannot have weight "
            + member.weight();
      }
      voter |= member.role() == Role.VOTER;
    }
    return voter ? null : "members: none of them is a voter";
  }

  /**
   * What decides which commands a state machine refuses must be equal on all members for ever: its
   * defaults are written down too, in case that a later version has others.
   */
  static GroupSpec decided(GroupSpec spec, Services.Parts parts) {
    Map<String, String> options = new TreeMap<>();
    parts.stateMachine().parameters().forEach(p -> options.put(p.name(), p.fallback()));
    options.putAll(spec.options());
    return new GroupSpec(
        spec.group(),
        spec.strategy(),
        spec.storage(),
        spec.log(),
        spec.stateMachine(),
        spec.members(),
        options);
  }
}
