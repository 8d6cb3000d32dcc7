package org.quorate.runtime.node;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.assembly.LocalAssembly;
import org.quorate.client.net.Loop;
import org.quorate.core.config.ParameterRegistry;
import org.quorate.core.replica.BusyLoop;
import org.quorate.core.replica.CheckpointBudget;
import org.quorate.runtime.api.GroupListener;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.api.NodeStatus;
import org.quorate.runtime.api.PortOwner;
import org.quorate.runtime.auth.Credentials;
import org.quorate.runtime.config.ConfigException;
import org.quorate.runtime.config.NodeConfig;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.runtime.deploy.Assemblies;
import org.quorate.runtime.peer.AddressBook;
import org.quorate.runtime.peer.LocalNode;
import org.quorate.runtime.peer.NodeAddress;
import org.quorate.runtime.peer.PeerTransport;
import org.quorate.runtime.server.ClientServer;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;
import org.quorate.spi.storage.LogStorage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node: data directory, event loops, connections, groups. Plain Java; an OSGi component makes it
 * in the distribution, tests make it with {@code new}. Here its parts are made and meet.
 */
public final class QuorateNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QuorateNode.class);

  /** The peers' first TLS handshakes go before, on the same loop and not compiled yet. */
  private static final int LISTEN_S = 60;

  /** How often it is looked whether the file of users has changed. */
  private static final long CREDENTIALS_MS = 2000;

  /** How often it is looked whether it is this node's turn in a deployment. */
  private static final long ASSEMBLY_MS = 200;

  private final NodeConfig config;
  private final Services services;
  private final BiConsumer<String, Throwable> onBroken;
  private final ParameterRegistry parameters = new ParameterRegistry();
  private final Events events = new Events();
  private final List<GroupListener> groupListeners = new CopyOnWriteArrayList<>();
  private final long startedNanos = System.nanoTime();
  private final List<Runnable> timers = new ArrayList<>();
  private final NodeQuestions questions = new NodeQuestions(this);
  private final Invitations invitations = new Invitations(this);
  private LocalAssembly local;
  private NodeHome home;
  private Threads threads;
  private CheckpointBudget checkpointBudget;
  private AddressBook addresses;
  private PeerTransport transport;
  private GroupTable groups;
  private GroupCreation creation;
  private GroupChanges changes;
  private GroupSwaps swaps;
  private GroupForks forks;
  private StorageMoves storageMoves;
  private Forwarding forwarding;
  private Control control;
  private Assemblies assemblies;
  private Credentials credentials;
  private ClientServer clients;
  private Runnable unlisten = () -> {};
  private boolean closed;

  /**
   * A node that {@link #start} brings up.
   *
   * @param onBroken called once a storage has failed: the process must end without touching it
   */
  public QuorateNode(NodeConfig config, Services services, BiConsumer<String, Throwable> onBroken) {
    this.config = config;
    this.services = services;
    this.onBroken = onBroken;
  }

  /** Before {@link #start}: the framework that this node runs in. */
  public QuorateNode in(LocalAssembly framework) {
    local = framework;
    return this;
  }

  /**
   * Locks the data directory, opens the groups, listens. Blocks until it listens.
   *
   * @throws org.quorate.spi.storage.StorageException if the directory cannot be used
   * @throws ConfigException if an address cannot be listened on, saying who has it
   */
  public void start() {
    parameters.register(NodeParameters.all());
    parameters.register(services.nodeParameters());
    parameters.setAll(config.parameters());
    parameters.started();
    if (config.dataDir() == null) {
      throw new ConfigException("data.dir is not set");
    }
    home = NodeHome.open(config.dataDir(), config.node(), config.cluster());
    try {
      startThreads();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void startThreads() {
    threads = new Threads(config.loops(), (int) parameters.number(NodeParameters.WORKERS));
    credentials = new Credentials(config.auth().token(), config.auth().users(), threads.workers());
    long percent = parameters.number(NodeParameters.CHECKPOINT_MEMORY_PERCENT);
    checkpointBudget =
        new CheckpointBudget(
            Runtime.getRuntime().maxMemory() / 100 * percent, LockSupport::parkNanos);
    addresses = new AddressBook(config.peers());
    addresses.learn(id(), config.advertise());
    LocalNode self =
        new LocalNode(
            id(), config.cluster(), home.storeId(), home.incarnation(), config.advertise());
    transport =
        new PeerTransport(
            threads.vertx(),
            threads.main(),
            threads.pulse(),
            self,
            addresses,
            new PeerEvents(this, questions, invitations),
            Tls.server(config.tls(), true),
            Tls.client(config.tls()));
    long tickMs = parameters.number(NodeParameters.TICK_MS);
    BusyLoop busy = BusyLoop.of(tickMs, parameters.number(NodeParameters.BUSY_LIMIT_MS));
    groups =
        new GroupTable(
            new NodeHosting(this, invitations, checkpointBudget, groupListeners, onBroken),
            threads.loops(),
            busy,
            new ManifestStore(config.dataDir()));
    creation = new GroupCreation(this);
    changes = new GroupChanges(this);
    swaps = new GroupSwaps(this);
    forks = new GroupForks(this);
    forwarding = new Forwarding(this);
    assemblies = new Assemblies(local, config.deploy(), new DeployCluster(this, threads.workers()));
    storageMoves = new StorageMoves(this, changes);
    control = new Control(this, creation, changes, swaps, forks, storageMoves, forwarding);
    clients = new ClientServer(this, threads.loops());
    groups.load();
    unlisten =
        services.listen(
            () -> {
              configureLogs();
              return groups.reconcile();
            });
    configureLogs();
    groups.reconcile();
    for (Ticker ticker : groups.tickers()) {
      timers.add(ticker.loop().every(tickMs, ticker));
    }
    if (busy.limitMs() > 0) {
      timers.add(
          threads.pulse().every(BusyLoop.EVERY_MS, new Vitals(id(), groups, transport, busy)));
    }
    timers.add(
        threads
            .main()
            .every(CREDENTIALS_MS, () -> threads.workers().execute(credentials::refresh)));
    timers.add(threads.main().every(ASSEMBLY_MS, assemblies::tick));
    listen("peer", transport.listen(config.listen().get("peer")));
    listen("client", clients.listen(config.listen().get("client")));
    addresses.all().keySet().forEach(transport::connect);
    LOG.info(
        "node {} of cluster {} is up: start {} of store {}, listening on {}",
        id(),
        config.cluster(),
        home.incarnation(),
        Long.toHexString(home.storeId()),
        config.listen());
  }

  private void listen(String name, Future<Void> listening) {
    String address = config.listen().get(name);
    try {
      listening.toCompletionStage().toCompletableFuture().get(LISTEN_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConfigException("interrupted while opening listen." + name);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new ConfigException(
          "listen."
              + name
              + " "
              + address
              + ": not open after "
              + LISTEN_S
              + " s; the machine may be overloaded");
    } catch (java.util.concurrent.ExecutionException e) {
      throw new ConfigException(
          "listen."
              + name
              + " "
              + address
              + ": "
              + e.getCause().getMessage()
              + PortOwner.hint(NodeAddress.port(address)));
    }
  }

  /** Each log storage learns what the node's file says for it, before a group opens on it. */
  private void configureLogs() {
    for (LogStorage log : services.logs()) {
      Map<String, String> set = new TreeMap<>(config.parameters());
      set.keySet()
          .retainAll(log.parameters().stream().map(Parameter::name).collect(Collectors.toSet()));
      log.configure(new Options(set));
    }
  }

  // ---- parts --------------------------------------------------------------------------------

  public NodeId id() {
    return config.node();
  }

  public NodeConfig config() {
    return config;
  }

  public ParameterRegistry parameters() {
    return parameters;
  }

  public GroupTable groups() {
    return groups;
  }

  public NodeControl control() {
    return control;
  }

  /** The only Vert.x of the node; for servers of the bundles above. */
  public Vertx vertx() {
    return threads.vertx();
  }

  public AddressBook addresses() {
    return addresses;
  }

  GroupChanges changes() {
    return changes;
  }

  GroupSwaps swaps() {
    return swaps;
  }

  GroupForks forks() {
    return forks;
  }

  StorageMoves storageMoves() {
    return storageMoves;
  }

  Forwarding forwarding() {
    return forwarding;
  }

  /** Where the connections to the peers live. */
  Loop loop() {
    return threads.main();
  }

  /** For what blocks. */
  Executor workers() {
    return threads.workers();
  }

  Assemblies assemblies() {
    return assemblies;
  }

  PeerTransport transport() {
    return transport;
  }

  Services services() {
    return services;
  }

  NodeHome home() {
    return home;
  }

  Events events() {
    return events;
  }

  /** Tells of the groups that are open now and of all that open and close later. */
  public void listen(GroupListener listener) {
    groupListeners.add(listener);
    groups.all().forEach(host -> host.ifOpen(() -> listener.opened(host)));
  }

  /** A group for bundles of this node; has a thread until it is closed. */
  public NodeAccess access(GroupId group) {
    return new NodeAccess(this, group);
  }

  /** Who may use this node. */
  public Credentials credentials() {
    return credentials;
  }

  NodeStatus status() {
    Map<String, Long> counters = new TreeMap<>(transport.counters().all());
    counters.putAll(clients.counters());
    counters.put("memtables.bytes", checkpointBudget.usedBytes());
    counters.put("memtables.max.bytes", checkpointBudget.maxBytes());
    counters.put("checkpoints.running", (long) checkpointBudget.running());
    return new NodeStatus(
        id(),
        config.cluster(),
        Long.toHexString(home.storeId()),
        home.incarnation(),
        (System.nanoTime() - startedNanos) / 1_000_000,
        config.dataDir().toString(),
        config.listen(),
        services.names(),
        transport.status(),
        counters);
  }

  // ---- talking to other nodes ---------------------------------------------------------------

  void later(long ms, Runnable task) {
    threads.main().run(() -> threads.main().after(ms, task));
  }

  /** Asks a node, be it this one; null when there is no answer. */
  void ask(NodeId to, PeerOperation what, Bytes body, long timeoutMs, Consumer<Bytes> answer) {
    questions.ask(to, what, body, timeoutMs, answer);
  }

  CompletableFuture<Answer> answer(NodeId to, PeerOperation what, Bytes body, long timeoutMs) {
    return questions.answer(to, what, body, timeoutMs);
  }

  /** As {@link #answer}, but fails when the answer says so. */
  CompletableFuture<Answer> order(NodeId to, PeerOperation what, Bytes body, long timeoutMs) {
    return questions.order(to, what, body, timeoutMs);
  }

  void offer(GroupHost host, NodeId peer) {
    invitations.offer(host, peer);
  }

  // ---- end ----------------------------------------------------------------------------------

  /** Hands over, writes checkpoints, closes; within the time of stop.ms and a little. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    unlisten.run();
    if (threads != null) {
      try {
        stopGroups();
      } finally {
        stopThreads();
      }
    }
    if (home != null) {
      home.close();
      LOG.info("node {} is down", id());
    }
  }

  private void stopGroups() {
    if (groups == null) {
      return;
    }
    long budgetMs = parameters.number(NodeParameters.STOP_MS);
    List<CompletableFuture<Void>> stopping =
        groups.all().stream().map(host -> host.stop(successor(host), budgetMs)).toList();
    try {
      CompletableFuture.allOf(stopping.toArray(CompletableFuture<?>[]::new))
          .get(budgetMs + 2000, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      LOG.warn("not all groups stopped in time; what they acknowledged is in the log", e);
    }
  }

  private NodeId successor(GroupHost host) {
    return transport.status().stream()
        .filter(peer -> peer.state().equals("CONNECTED"))
        .map(NodeStatus.PeerStatus::node)
        .filter(host.manifest().membership().voters()::contains)
        .findFirst()
        .orElse(null);
  }

  private void stopThreads() {
    timers.forEach(Runnable::run);
    List<Future<Void>> closing = new ArrayList<>();
    closing.add(clients == null ? null : clients.close());
    closing.add(transport == null ? null : threads.on(transport::close));
    closing.removeIf(Objects::isNull);
    threads.close(Future.join(closing));
  }
}
