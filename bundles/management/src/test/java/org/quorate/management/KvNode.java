package org.quorate.management;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.quorate.api.GroupId;
import org.quorate.kv.KvStateMachineFactory;
import org.quorate.raft.RaftStrategy;
import org.quorate.runtime.node.Services;
import org.quorate.storage.journal.JournalStorage;
import org.quorate.storage.mapdb.MapdbStateStorage;

/** A node of one with a serving group {@code main} on real storages. */
final class KvNode implements AutoCloseable {
  private final JournalStorage log;
  private final MapdbStateStorage state;
  final TestNode node;

  KvNode(Path directory) throws Exception {
    this(directory, "");
  }

  /** With further lines of the node's file. */
  KvNode(Path directory, String more) throws Exception {
    log = new JournalStorage(directory.resolve("log"), 1 << 20);
    state = new MapdbStateStorage(directory.resolve("state"));
    Services services = new Services();
    services.add(new RaftStrategy());
    services.add(log);
    services.add(state);
    services.add(new KvStateMachineFactory());
    node = new TestNode(directory, "groups: [{name: main}]\n" + more, services);
    invoke("node.bootstrap", Map.of());
  }

  PrometheusEndpoint endpoint() {
    return node.server.metrics();
  }

  Object invoke(String operation, Map<String, ?> arguments) throws Exception {
    return OperationTable.invoke(Operations.table().get(operation), node.server.node(), arguments)
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  void put(String key, String value) throws Exception {
    invoke("kv.put", Map.of("key", key, "value", value, "group", "main"));
  }

  KvView get(String key) throws Exception {
    return (KvView) invoke("kv.get", Map.of("key", key, "group", "main"));
  }

  void checkpoint() throws Exception {
    node.node
        .control()
        .checkpoint(GroupId.of("main"))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    node.close();
    log.close();
    state.close();
  }
}
