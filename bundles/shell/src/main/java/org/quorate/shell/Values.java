package org.quorate.shell;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.quorate.api.GroupId;
import org.quorate.management.Argument;
import org.quorate.management.KvEntryView;
import org.quorate.management.KvView;
import org.quorate.management.ManagedNode;
import org.quorate.management.OperationTable;
import org.quorate.management.Operations;
import org.quorate.runtime.api.NodeStatus;

/** What an argument may be on this node now: groups, nodes, parameters, keys. Blocks a moment. */
final class Values {
  /** Keys offered at most; more are seen by typing on. */
  private static final int KEYS = 50;

  private static final int PATIENCE_S = 2;

  private final ManagedNode node;

  Values(ManagedNode node) {
    this.node = node;
  }

  /**
   * Candidates for an argument.
   *
   * @param noun of the operation
   * @param group the group that the line names
   * @param typed how the candidates begin
   */
  List<String> of(String noun, Argument argument, String group, String typed) {
    if (!argument.choices().isEmpty()) {
      return argument.choices();
    }
    return switch (argument.name()) {
      case "group" -> node.control().groupIds().stream().map(GroupId::name).toList();
      case "node", "members" -> nodes();
      case "key", "prefix", "from", "to" -> keys(group, typed);
      case "name" -> noun.equals("config") ? parameters() : List.of();
      default -> List.of();
    };
  }

  private List<String> nodes() {
    NodeStatus status = node.control().node();
    return Stream.concat(
            Stream.of(status.node().name()), status.peers().stream().map(p -> p.node().name()))
        .toList();
  }

  private List<String> parameters() {
    return node.control().parameters().stream().map(p -> p.parameter().name()).toList();
  }

  /** What this replica has; a group that does not serve here has none to offer. */
  private List<String> keys(String group, String typed) {
    Map<String, Object> scan =
        Map.of("group", group, "prefix", typed, "limit", KEYS, "keysOnly", true, "level", "local");
    try {
      Object found =
          OperationTable.invoke(Operations.table().get("kv.scan"), node, scan)
              .toCompletableFuture()
              .get(PATIENCE_S, TimeUnit.SECONDS);
      List<KvEntryView> entries = ((KvView) found).entries();
      return entries == null ? List.of() : entries.stream().map(KvEntryView::key).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    } catch (ExecutionException | TimeoutException e) {
      return List.of();
    }
  }
}
