package org.quorate.management;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.api.MemberSpec;
import org.quorate.runtime.api.NodeControl;
import org.quorate.spi.consensus.Role;

/** Operations on groups. */
final class GroupOperations {
  private static final Argument GROUP = Argument.required("group", "the group's name");
  private static final Argument NODE = Argument.required("node", "the node's name");

  private GroupOperations() {}

  static List<Operation> all() {
    return List.of(list(), show(), create(), members(), transfer(), checkpoint(), why());
  }

  private static Operation list() {
    return new Operation(
        "group.list",
        "Lists the groups of this node",
        Access.READ,
        List.of(),
        GroupView.class,
        true,
        "",
        (node, arguments) ->
            node.control().groups().thenApply(all -> all.stream().map(GroupView::line).toList()));
  }

  private static Operation show() {
    return new Operation(
        "group.show",
        "Shows a group as this node sees it: role, leader, positions, members, options",
        Access.READ,
        List.of(GROUP),
        GroupView.class,
        false,
        "default",
        (node, arguments) ->
            node.status(arguments.text("group"))
                .thenApply(s -> GroupView.detailed(s, node.control().options(s.group()))));
  }

  private static Operation create() {
    return new Operation(
        "group.create",
        "Creates a group on its members",
        Access.ADMIN,
        List.of(
            GROUP,
            Argument.text("strategy", "raft", "consensus strategy"),
            Argument.text("storage", "mapdb", "where the state is kept"),
            Argument.text("log", "journal", "where the log is kept"),
            Argument.text("stateMachine", "kv", "what the group replicates"),
            Argument.list(
                "members",
                "its nodes, voters unless written NODE:witness or NODE:learner; all known by"
                    + " default"),
            Argument.list("weight", "votes of members as NODE=VOTES; one unless said"),
            Argument.list("options", "parameters of the group as name=value")),
        GroupView.class,
        false,
        "orders --strategy certify --members n1,n2,n3:witness --weight n1=2",
        GroupOperations::create);
  }

  private static List<MemberSpec> members(Arguments a) {
    try {
      return MemberSpec.parse(a.list("members"), pairs("weight", a.list("weight")));
    } catch (IllegalArgumentException e) {
      throw new OperationException(
          FailureCode.BAD_REQUEST,
          "members: " + e.getMessage(),
          "write --members n1,n2,n3:witness --weight n1=2");
    }
  }

  private static CompletionStage<?> create(ManagedNode node, Arguments a) {
    GroupSpec spec =
        new GroupSpec(
            ManagedNode.groupId(a.text("group")),
            a.text("strategy"),
            a.text("storage"),
            a.text("log"),
            a.text("stateMachine"),
            members(a),
            options(a.list("options")));
    return ManagedNode.explained(node.control().createGroup(spec))
        .thenCompose(done -> after(node, a.text("group")));
  }

  /** The group as it is now, or only its name if this node is not a member of it. */
  private static CompletionStage<GroupView> after(ManagedNode node, String group) {
    return node.control()
        .group(GroupId.of(group))
        .thenApply(
            found ->
                found
                    .map(s -> GroupView.detailed(s, node.control().options(s.group())))
                    .orElseGet(
                        () -> GroupView.elsewhere(group, node.control().node().node().name())));
  }

  /** What follows a comma and has no '=' belongs to the value before it, which is a list itself. */
  static Map<String, String> options(List<String> parts) {
    List<String> pairs = new ArrayList<>();
    for (String part : parts) {
      int last = pairs.size() - 1;
      if (last >= 0 && part.indexOf('=') < 0) {
        pairs.set(last, pairs.get(last) + "," + part);
      } else {
        pairs.add(part);
      }
    }
    return pairs("option", pairs);
  }

  private static Map<String, String> pairs(String what, List<String> pairs) {
    Map<String, String> options = new TreeMap<>();
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw new OperationException(
            FailureCode.BAD_REQUEST,
            what + " '" + pair + "' has no '='",
            "write it as name=value; config list shows the names of options");
      }
      options.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return options;
  }

  private static Operation members() {
    return new Operation(
        "group.members",
        "Changes who belongs to a group: one change at a time",
        Access.ADMIN,
        List.of(
            GROUP,
            new Argument(
                "change",
                Argument.Type.TEXT,
                true,
                null,
                List.of("add", "promote", "demote", "remove", "desync", "resync"),
                "add (as learner or witness), promote (to voter), demote (to learner), remove,"
                    + " desync (nobody waits for it, on certify) or resync"),
            NODE,
            Argument.text("role", "learner", "of a node that is added").oneOf("learner", "witness"),
            Argument.number("weight", 1L, "votes of a node that is added"),
            Argument.text("address", "", "host:port of a new node's peer port, if not known yet"),
            ForkOperations.DONOR),
        GroupView.class,
        false,
        "default promote n4",
        GroupOperations::members);
  }

  private static MemberSpec added(Arguments a) {
    try {
      int weight = (int) Math.min(Integer.MAX_VALUE, Math.max(0, a.number("weight")));
      return new MemberSpec(
          ManagedNode.nodeId(a.text("node")), MemberSpec.role(a.text("role")), weight);
    } catch (IllegalArgumentException e) {
      throw new OperationException(
          FailureCode.BAD_REQUEST, e.getMessage(), "write --role witness --weight 2");
    }
  }

  private static CompletionStage<?> members(ManagedNode node, Arguments a) {
    GroupId group = ManagedNode.groupId(a.text("group"));
    NodeId member = ManagedNode.nodeId(a.text("node"));
    NodeControl control = node.control();
    CompletionStage<Void> done =
        switch (a.text("change")) {
          case "add" ->
              control.addMember(group, added(a), a.text("address"), ForkOperations.donor(a));
          case "promote" -> control.changeRole(group, member, Role.VOTER);
          case "desync" -> control.desync(group, member, true);
          case "resync" -> control.desync(group, member, false);
          case "demote" -> control.changeRole(group, member, Role.LEARNER);
          default -> control.removeMember(group, member);
        };
    return ManagedNode.explained(done).thenCompose(v -> after(node, a.text("group")));
  }

  private static Operation transfer() {
    return new Operation(
        "group.transfer",
        "Hands leadership over to another node",
        Access.WRITE,
        List.of(GROUP, NODE),
        GroupView.class,
        false,
        "default n2",
        (node, a) ->
            ManagedNode.explained(
                    node.control()
                        .transferLeader(
                            ManagedNode.groupId(a.text("group")),
                            ManagedNode.nodeId(a.text("node"))))
                .thenCompose(v -> after(node, a.text("group"))));
  }

  private static Operation checkpoint() {
    return new Operation(
        "group.checkpoint",
        "Writes this replica's state to its storage now, so that the log can be trimmed",
        Access.WRITE,
        List.of(GROUP),
        GroupView.class,
        false,
        "default",
        (node, a) ->
            ManagedNode.explained(node.control().checkpoint(ManagedNode.groupId(a.text("group"))))
                .thenCompose(v -> after(node, a.text("group"))));
  }

  private static Operation why() {
    return new Operation(
        "group.why",
        "Explains why a group serves or does not, from configuration to quorum",
        Access.READ,
        List.of(GROUP),
        WhyView.class,
        true,
        "default",
        (node, a) ->
            node.control()
                .why(ManagedNode.groupId(a.text("group")))
                .thenApply(steps -> steps.stream().map(WhyView::of).toList()));
  }
}
