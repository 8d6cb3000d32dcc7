package org.quorate.runtime.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyStrategy;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.kv.KvStateMachineFactory;
import org.quorate.raft.RaftStrategy;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.config.NodeConfig;
import org.quorate.runtime.peer.NodeAddress;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.state.StateMachineFactory;
import org.quorate.storage.journal.JournalStorage;
import org.quorate.storage.mapdb.MapdbLogStorage;
import org.quorate.storage.mapdb.MapdbStateStorage;
import org.quorate.storage.memory.MemoryLogStorage;
import org.quorate.storage.memory.MemoryStateStorage;
import org.quorate.tck.net.FreePorts;

/** Nodes in this JVM over real loopback sockets, with real storages in a folder. */
public final class TestCluster implements AutoCloseable {
  public static final GroupId GROUP = GroupId.of("main");

  /** This node hands requests over between loops, the others have one loop. */
  private static final NodeId TWO_LOOPS = NodeId.of("n2");

  private final Path folder;
  private final Map<NodeId, NodeAddress> addresses = new TreeMap<>();
  private final Map<NodeId, Running> running = new LinkedHashMap<>();
  private final List<QuorateClient> clients = new ArrayList<>();
  private final Map<String, String> parameters;
  private final Map<NodeId, CuttingProxy> proxies = new TreeMap<>();

  /** Storage failures that nodes reported. */
  public final List<String> broken = new CopyOnWriteArrayList<>();

  private record Running(QuorateNode node, Services services, List<AutoCloseable> storages) {}

  /** So many nodes, started, without groups. */
  public static TestCluster start(Path folder, int nodes) {
    return start(folder, nodes, Map.of());
  }

  public static TestCluster start(Path folder, int nodes, Map<String, String> parameters) {
    TestCluster cluster = new TestCluster(folder, parameters);
    List<Integer> ports = FreePorts.take(nodes * 2);
    for (int i = 1; i <= nodes; i++) {
      cluster.addresses.put(
          NodeId.of("n" + i),
          new NodeAddress(
              "127.0.0.1:" + ports.get(2 * i - 2), "127.0.0.1:" + ports.get(2 * i - 1)));
    }
    cluster.addresses.keySet().forEach(cluster::startNode);
    return cluster;
  }

  /** The same, bootstrapped, with a leader and every replica open. */
  public static TestCluster serving(Path folder, int nodes) {
    TestCluster cluster = start(folder, nodes);
    cluster.bootstrap();
    return cluster;
  }

  /** As {@link #serving}, and clients reach the nodes through proxies that can be cut. */
  public static TestCluster proxied(Path folder, int nodes) {
    TestCluster cluster = new TestCluster(folder, Map.of());
    List<Integer> ports = FreePorts.take(nodes * 2);
    for (int i = 1; i <= nodes; i++) {
      NodeId id = NodeId.of("n" + i);
      CuttingProxy proxy = new CuttingProxy(ports.get(2 * i - 1));
      cluster.proxies.put(id, proxy);
      cluster.addresses.put(
          id, new NodeAddress("127.0.0.1:" + ports.get(2 * i - 2), "127.0.0.1:" + proxy.port()));
    }
    cluster.addresses.keySet().forEach(cluster::startNode);
    cluster.bootstrap();
    return cluster;
  }

  private void bootstrap() {
    client().bootstrap().toCompletionStage().toCompletableFuture().join();
    leader();
    await(
        "every replica to be open",
        () -> nodes().stream().allMatch(id -> status(id).state() == GroupStatus.State.RUNNING));
  }

  /** Cuts every connection of every client. */
  public void cut() {
    proxies.values().forEach(CuttingProxy::cut);
  }

  private String clientPort(NodeId id) {
    CuttingProxy proxy = proxies.get(id);
    return proxy == null ? addresses.get(id).client() : "127.0.0.1:" + proxy.target();
  }

  private TestCluster(Path folder, Map<String, String> parameters) {
    this.folder = folder;
    this.parameters = parameters;
  }

  public Path dataDir(NodeId id) {
    return folder.resolve(id.name());
  }

  public NodeConfig config(NodeId id) {
    NodeAddress self = addresses.get(id);
    return new NodeConfig(
        id,
        "test",
        dataDir(id),
        Map.of("peer", self.peer(), "client", clientPort(id)),
        self,
        NodeConfig.Auth.NONE,
        org.quorate.assembly.Trust.NONE,
        null,
        false,
        id.equals(TWO_LOOPS) ? 2 : 1,
        addresses,
        List.of(GroupSpec.of("main")),
        parameters,
        List.of(),
        List.of());
  }

  public QuorateNode startNode(NodeId id) {
    return startNode(id, new KvStateMachineFactory());
  }

  QuorateNode startNode(NodeId id, StateMachineFactory machines) {
    try {
      Files.createDirectories(dataDir(id));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    Services services = new Services();
    JournalStorage log = new JournalStorage(dataDir(id).resolve("log"), 1 << 20);
    MapdbStateStorage state = new MapdbStateStorage(dataDir(id).resolve("state"));
    services.add(new RaftStrategy());
    services.add(new CertifyStrategy());
    MapdbLogStorage mapdbLog = new MapdbLogStorage(dataDir(id).resolve("mapdb-log"));
    MemoryLogStorage memoryLog = new MemoryLogStorage();
    MemoryStateStorage memory = new MemoryStateStorage();
    services.add(log);
    services.add(mapdbLog);
    services.add(memoryLog);
    services.add(state);
    services.add(memory);
    services.add(machines);
    QuorateNode node = new QuorateNode(config(id), services, (why, cause) -> broken.add(why));
    node.start();
    running.put(id, new Running(node, services, List.of(log, mapdbLog, memoryLog, state, memory)));
    return node;
  }

  public void stopNode(NodeId id) {
    Running stopped = running.remove(id);
    stopped.node().close();
    for (AutoCloseable storage : stopped.storages()) {
      try {
        storage.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  public Services services(NodeId id) {
    return running.get(id).services();
  }

  /** Takes the strategy away as a bundle that stops would. */
  public ConsensusStrategy strategyOf(NodeId id) {
    GroupManifest manifest = node(id).groups().find(GROUP).manifest();
    return services(id).strategy(manifest.config().strategy());
  }

  public QuorateNode node(NodeId id) {
    return running.get(id).node();
  }

  public NodeAddress address(NodeId id) {
    return addresses.get(id);
  }

  public List<NodeId> nodes() {
    return List.copyOf(running.keySet());
  }

  public QuorateClient client() {
    return client(options());
  }

  /** How a client reaches all of them. */
  ClientOptions options() {
    String[] all = addresses.values().stream().map(NodeAddress::client).toArray(String[]::new);
    return ClientOptions.of(all);
  }

  public QuorateClient client(ClientOptions options) {
    QuorateClient client = QuorateClient.connect(options);
    clients.add(client);
    return client;
  }

  public GroupStatus status(NodeId id) {
    return status(node(id).groups().find(GROUP));
  }

  /** As its loop sees it, however long that takes: a node says that it does not answer instead. */
  static GroupStatus status(GroupHost host) {
    CompletableFuture<GroupStatus> status = new CompletableFuture<>();
    host.loop().execute(() -> status.complete(host.statusNow()));
    return status.orTimeout(60, TimeUnit.SECONDS).join();
  }

  /** Waits for a node that says it leads. */
  public NodeId leader() {
    NodeId[] found = new NodeId[1];
    await(
        "a leader",
        () -> {
          for (NodeId id : nodes()) {
            GroupHost host = node(id).groups().find(GROUP);
            if (host != null
                && host.status().toCompletableFuture().join().role().equals("leader")) {
              found[0] = id;
            }
          }
          return found[0] != null;
        });
    return found[0];
  }

  /** Polls until a condition holds; fails after a minute. */
  public static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited 60 s for " + what);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  @Override
  public void close() {
    clients.forEach(c -> c.shutdown().toCompletionStage().toCompletableFuture().join());
    List.copyOf(running.keySet()).forEach(this::stopNode);
    proxies.values().forEach(CuttingProxy::close);
  }
}
