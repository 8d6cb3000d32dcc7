package org.quorate.management;

import static java.util.concurrent.CompletableFuture.completedStage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.GroupStatus;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.NodeStatus;
import org.quorate.runtime.api.ParameterValue;

/** Operations on the node itself. */
final class NodeOperations {
  private NodeOperations() {}

  static List<Operation> all() {
    List<Operation> all = new ArrayList<>(node());
    all.addAll(configuration());
    all.addAll(observation());
    return all;
  }

  private static List<Operation> node() {
    return List.of(
        new Operation(
            "node.list",
            "Lists this node and the nodes it knows",
            Access.READ,
            List.of(),
            PeerView.class,
            true,
            "",
            (node, arguments) -> {
              NodeStatus status = node.control().node();
              List<PeerView> nodes = new ArrayList<>();
              nodes.add(PeerView.self(status));
              status.peers().forEach(p -> nodes.add(PeerView.of(p)));
              nodes.sort(java.util.Comparator.comparing(PeerView::node));
              return completedStage(nodes);
            }),
        new Operation(
            "node.status",
            "Shows the node: identity, addresses, services, peers, counters",
            Access.READ,
            List.of(),
            NodeView.class,
            false,
            "",
            (node, arguments) -> completedStage(NodeView.of(node.control().node()))),
        new Operation(
            "node.bootstrap",
            "Makes the configured groups on nodes without data; repeating it changes nothing",
            Access.ADMIN,
            List.of(),
            NameView.class,
            true,
            "",
            (node, arguments) ->
                ManagedNode.explained(node.control().bootstrap())
                    .thenApply(names -> names.stream().map(NameView::new).toList())),
        new Operation(
            "node.stop",
            "Stops the node's process cleanly",
            Access.ADMIN,
            List.of(),
            DoneView.class,
            false,
            "",
            (node, arguments) -> {
              node.stop().run();
              return completedStage(new DoneView(true, "stopping"));
            }));
  }

  private static List<Operation> configuration() {
    return List.of(
        new Operation(
            "config.list",
            "Lists the parameters with their values, ranges and defaults",
            Access.READ,
            List.of(Argument.flag("changed", "only those that are not at their default")),
            ParameterView.class,
            true,
            "--changed",
            (node, arguments) ->
                completedStage(
                    node.control().parameters().stream()
                        .filter(p -> p.set() || !arguments.flag("changed"))
                        .map(ParameterView::of)
                        .toList())),
        new Operation(
            "config.get",
            "Shows a parameter: value, range, default, meaning",
            Access.READ,
            List.of(Argument.required("name", "the parameter's name")),
            ParameterView.class,
            false,
            "raft.heartbeat.ms",
            (node, arguments) -> completedStage(parameter(node, arguments.text("name")))),
        new Operation(
            "config.set",
            "Changes a dynamic parameter while the node runs",
            Access.ADMIN,
            List.of(
                Argument.required("name", "the parameter's name"),
                Argument.required("value", "its new value")),
            ParameterView.class,
            false,
            "transport.pending.bytes 33554432",
            NodeOperations::set),
        new Operation(
            "config.show",
            "Shows the configuration in force by dotted key; secrets are left out",
            Access.READ,
            List.of(),
            PairView.class,
            true,
            "",
            (node, arguments) -> completedStage(PairView.list(node.control().configuration()))));
  }

  private static java.util.concurrent.CompletionStage<?> set(ManagedNode node, Arguments a) {
    try {
      node.control().setParameter(a.text("name"), a.text("value"));
    } catch (ControlException e) {
      throw new OperationException(
          FailureCode.BAD_REQUEST,
          e.getMessage(),
          "config list shows the parameters of the node with their ranges",
          e);
    }
    return completedStage(parameter(node, a.text("name")));
  }

  private static ParameterView parameter(ManagedNode node, String name) {
    for (ParameterValue value : node.control().parameters()) {
      if (value.parameter().name().equals(name)) {
        return ParameterView.of(value);
      }
    }
    throw new OperationException(
        FailureCode.NOT_FOUND, "no parameter '" + name + "'", "config list shows them all");
  }

  private static List<Operation> observation() {
    return List.of(
        new Operation(
            "metrics",
            "Lists the node's numbers; /metrics has them for Prometheus",
            Access.READ,
            List.of(Argument.text("prefix", "", "only names that begin so")),
            MetricView.class,
            true,
            "--prefix quorate_",
            (node, arguments) ->
                node.control()
                    .metrics()
                    .thenApply(all -> MetricView.list(all, arguments.text("prefix")))),
        new Operation(
            "node.events",
            "Shows what happened lately, oldest first",
            Access.READ,
            List.of(Argument.number("limit", 50L, "how many at most")),
            EventView.class,
            true,
            "--limit 20",
            (node, arguments) -> completedStage(node.events().last(arguments.number("limit")))),
        new Operation(
            "health",
            "Tells whether the node does its work, and if not, why",
            Access.READ,
            List.of(),
            HealthView.class,
            false,
            "",
            (node, arguments) -> node.control().groups().thenApply(all -> health(node, all))));
  }

  private static HealthView health(ManagedNode node, List<GroupStatus> groups) {
    Map<String, String> wrong = new TreeMap<>();
    for (GroupStatus group : groups) {
      if (group.state() == GroupStatus.State.REMOVED) {
        continue;
      }
      if (group.state() != GroupStatus.State.RUNNING) {
        wrong.put(group.group().name(), group.state() + ": " + group.why());
      } else if (group.hint() == null) {
        wrong.put(group.group().name(), "no leader is known");
      }
    }
    return new HealthView(
        wrong.isEmpty(),
        node.control().node().node().name(),
        wrong.entrySet().stream().map(e -> "group " + e.getKey() + ": " + e.getValue()).toList());
  }
}
