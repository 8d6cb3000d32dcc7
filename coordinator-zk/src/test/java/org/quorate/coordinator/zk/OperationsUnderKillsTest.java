package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quorate.operations.OperationParameters;
import org.quorate.operations.Operations;
import org.quorate.operations.Operators;
import org.quorate.operations.Self;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.spi.operations.CatchUp;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.OnlineNode;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.Participant;

/**
 * Operations of three processes on a ZooKeeper server, of which one dies at its first, second, third …
 * step, until one ends before: whoever dies, it is done by all or by none and nothing is left.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OperationsUnderKillsTest {
  private static final long PATIENCE_S = 60;
  private static final List<String> NAMES = List.of("n1", "n2", "n3");

  /** Longer than a busy machine keeps one from renewing it; who is started again displaces what it was. */
  private static final Map<String, String> PARAMETERS =
      Map.of("op.lease.ms", "60000", "op.hb.ms", "200");

  @TempDir static Path folder;

  private final Map<String, Process> processes = new TreeMap<>();
  private final Set<Long> worked = ConcurrentHashMap.newKeySet();
  private final AtomicLong lastId = new AtomicLong();
  private EmbeddedServer server;

  @BeforeAll
  void start() throws Exception {
    server = new EmbeddedServer(folder, 0);
    for (String name : NAMES) {
      start(name);
    }
  }

  @AfterAll
  void stop() throws Exception {
    try {
      for (Process process : processes.values()) {
        process.close();
      }
    } finally {
      server.close();
    }
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
  }

  /** A process of the service, with a connection of its own. */
  private final class Process implements Participant, AutoCloseable {
    final DyingProcess fate = new DyingProcess();
    final Coordinator coordinator;
    final LoopThread loop;
    final Operations operations;
    final CompletableFuture<Void> online = new CompletableFuture<>();
    final Set<Long> prepared = ConcurrentHashMap.newKeySet();
    final Map<String, String> conf = new ConcurrentHashMap<>();

    Process(String name) throws Exception {
      Map<String, String> options = Map.of("coordinator.zk.connect", server.address());
      coordinator = await(new ZooKeeperProvider().open(name, 1, new Options(options)));
      loop = new LoopThread(name);
      operations =
          new Operations(
              fate.with(Coordinator.class, coordinator),
              Operators.ROOT,
              OperationParameters.settings(PARAMETERS),
              new Self(name, name),
              fate.with(Participant.class, this),
              loop,
              Runnable::run,
              (kind, text) -> {});
      operations.start();
    }

    @Override
    public CompletionStage<String> prepare(Operation o) {
      lastId.accumulateAndGet(o.id(), Math::max);
      prepared.add(o.id());
      return CompletableFuture.completedStage("ready");
    }

    @Override
    public CompletionStage<String> execute(Operation o) {
      worked.add(o.id());
      return CompletableFuture.completedStage("done");
    }

    @Override
    public CompletionStage<Void> complete(Operation o, Decision decision) {
      prepared.remove(o.id());
      if (decision == Decision.COMMITTED) {
        conf.putAll(o.spec().changes());
      }
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void offline(String why) {
      prepared.clear();
    }

    @Override
    public CompletionStage<Void> catchUp(CatchUp state) {
      state.missed().forEach(o -> prepared.remove(o.id()));
      conf.clear();
      conf.putAll(state.keys());
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void online() {
      online.complete(null);
    }

    /** What it was is over without a word: its session lives until somebody ends it. */
    void bury() throws Exception {
      loop.close();
      await(coordinator.abandon());
    }

    @Override
    public void close() throws Exception {
      await(operations.shutdown());
      loop.close();
      await(coordinator.shutdown());
    }
  }

  private static OperationSpec spec(String kind, int step) {
    return switch (kind) {
      case "ddl" -> OperationSpec.ddl("shop.orders", "alter table orders");
      case "reload" -> OperationSpec.reload(Map.of("conf/db", "" + step, "conf/user", "" + step));
      default -> OperationSpec.cut();
    };
  }

  @ParameterizedTest
  @CsvSource({
    "ddl, n1, lock transact prepare execute complete release",
    "ddl, n2, transact prepare complete",
    "cut, n1, lock transact prepare execute complete release",
    "cut, n2, transact prepare complete",
    "reload, n1, lock transact prepare complete release",
    "reload, n2, transact prepare complete"
  })
  void whoeverDiesItIsDoneByAllOrNone(String kind, String victim, String steps) throws Exception {
    Set<String> struck = new TreeSet<>();
    Set<Decision> decided = EnumSet.noneOf(Decision.class);
    settle();
    for (int step = 1; dies(kind, victim, step, struck); step++) {
      start(victim);
      settle();
      check(kind, step, decided);
    }
    settle();
    lastId.set(0);
    assertEquals(new TreeSet<>(List.of(steps.split(" "))), struck);
    boolean initiator = victim.equals("n1");
    assertTrue(decided.contains(Decision.COMMITTED), decided::toString);
    assertEquals(
        initiator || kind.equals("cut"), decided.contains(Decision.ABORTED), decided::toString);
  }

  private void start(String name) throws Exception {
    Process process = new Process(name);
    processes.put(name, process);
    await(process.online);
  }

  /** False if the operation has ended before. */
  private boolean dies(String kind, String victim, int step, Set<String> struck) throws Exception {
    Process doomed = processes.get(victim);
    doomed.fate.dieAfter(step);
    CompletableFuture<Operation> run =
        processes.get("n1").operations.run(spec(kind, step)).toCompletableFuture();
    await(CompletableFuture.anyOf(run, doomed.fate.death()));
    if (doomed.fate.spare()) {
      assertEquals(Decision.COMMITTED, await(run).decision());
      return false;
    }
    struck.add(await(doomed.fate.death()));
    doomed.bury();
    return true;
  }

  /** Nothing is under way, nothing is locked, and all are online and know the same. */
  private void settle() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    for (String left = left(); !left.isEmpty(); left = left()) {
      assertTrue(System.nanoTime() < end, left);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private String left() throws Exception {
    Process any = processes.get("n3");
    List<Operation> under = await(any.operations.operations());
    if (!under.isEmpty()) {
      return "under way: " + under;
    }
    var locks = await(any.coordinator.locks(Scope.tree(Operators.ROOT)));
    if (!locks.isEmpty()) {
      return "locked: " + locks;
    }
    List<String> online =
        await(any.operations.nodes()).stream()
            .filter(n -> !n.leaving())
            .map(OnlineNode::name)
            .toList();
    if (!online.equals(NAMES)) {
      return "online: " + online;
    }
    Map<String, String> conf = conf();
    for (Process process : processes.values()) {
      if (!process.prepared.isEmpty() || !process.conf.equals(conf)) {
        return process.prepared + " " + process.conf + " instead of " + conf;
      }
    }
    return "";
  }

  private Map<String, String> conf() throws Exception {
    Map<String, String> conf = new TreeMap<>();
    Coordinator any = processes.get("n3").coordinator;
    for (KeyEntry e :
        await(any.range(RangeQuery.of(Scope.tree(Operators.ROOT + "/conf")))).entries()) {
      conf.put(e.key().substring(Operators.ROOT.length() + 1), e.value().utf8());
    }
    return conf;
  }

  /** Of what nobody was told nothing was done. */
  private void check(String kind, int step, Set<Decision> decided) throws Exception {
    long id = lastId.getAndSet(0);
    Decision decision =
        id == 0 ? Decision.ABORTED : await(processes.get("n3").operations.operation(id)).decision();
    boolean done = decision == Decision.COMMITTED;
    if (id != 0) {
      decided.add(decision);
    }
    String where = kind + " killed after step " + step + ": " + decision;
    if (kind.equals("reload")) {
      List<String> values = new ArrayList<>(conf().values());
      assertEquals(done, values.equals(List.of("" + step, "" + step)), where + values);
      assertTrue(Set.copyOf(values).size() <= 1, where + values);
    } else if (kind.equals("ddl") || done) {
      assertEquals(done, worked.contains(id), where);
    }
  }
}
