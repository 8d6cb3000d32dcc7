package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.failover.Events;
import org.quorate.failover.FailoverParameters;
import org.quorate.failover.Operators;
import org.quorate.failover.Registry;
import org.quorate.failover.Self;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.spi.failover.FailoverWork;
import org.quorate.spi.failover.WorkSpec;

/**
 * Four processes of a product on a cluster that is up: who works is killed, who takes over, who assigns;
 * one is stopped for longer than its lease. Each operation ends on all shards or on none.
 */
final class FailoverOfProcesses implements AutoCloseable {
  private static final long PATIENCE_S = 60;

  private final Cli cli;
  private final Path directory;
  private final List<String> addresses;
  private final Coordinator coordinator;
  private final Map<String, ProductProcess> processes = new TreeMap<>();
  private final List<ProductProcess> all = new ArrayList<>();

  FailoverOfProcesses(Cli cli, Path directory) throws Exception {
    this.cli = cli;
    this.directory = directory;
    addresses =
        cli.ok("node", "list", "--json").array().stream()
            .map(n -> ((JsonObject) n).getString("client"))
            .toList();
    QuorateClient client =
        QuorateClient.connect(ClientOptions.of(addresses.toArray(String[]::new)));
    coordinator =
        new KvCoordinator(
            client.group("default").access(),
            "test",
            1,
            () -> client.shutdown().toCompletionStage());
  }

  private void start(String... names) throws Exception {
    for (String name : names) {
      ProductProcess process = new ProductProcess(FailoverProduct.class, name, addresses);
      processes.put(name, process);
      all.add(process);
    }
    for (String name : names) {
      processes.get(name).await("REGISTERED", 1);
    }
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
  }

  private Listing below(String path) throws Exception {
    return await(coordinator.range(RangeQuery.of(Scope.tree(path))));
  }

  /** All records are gone, with their contents and locks. */
  private void finished() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    for (String what : List.of("fo/rec", "fo/lock", "fo-content")) {
      while (!below(what).entries().isEmpty()) {
        assertTrue(System.nanoTime() < end, () -> "not finished, " + what + ":\n" + this);
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  /** Its lease has run out, so that others may take over what it works on. */
  private void missed(ProductProcess process) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (await(coordinator.get("fo/node/" + process.name())) != null) {
      assertTrue(System.nanoTime() < end, () -> process.name() + " is not missed:\n" + this);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private void effects(String id, int shards) throws Exception {
    long found =
        below(FailoverProduct.SHARD_KEYS).entries().stream()
            .filter(e -> e.key().endsWith("/" + id))
            .count();
    assertEquals(shards, found, () -> "shards of operation " + id + "\n" + this);
  }

  /** Who assigns; never the one that is given. */
  private ProductProcess assigner() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (true) {
      var entry = await(coordinator.get("fo/leader"));
      ProductProcess leader = entry == null ? null : processes.get(entry.value().utf8());
      if (leader != null && leader.alive()) {
        return leader;
      }
      assertTrue(System.nanoTime() < end, () -> "nobody assigns:\n" + this);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private ProductProcess other(ProductProcess... than) {
    List<ProductProcess> not = List.of(than);
    return living().stream().filter(p -> !not.contains(p)).findFirst().orElseThrow();
  }

  private List<ProductProcess> living() {
    return processes.values().stream().filter(ProductProcess::alive).toList();
  }

  /** Who of those that live has said to take a record over, with a number above one. */
  private String[] took(String id, long above) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (System.nanoTime() < end) {
      for (ProductProcess process : living()) {
        for (String line : process.said("TOOK " + id + " ")) {
          String number = line.substring(line.lastIndexOf(' ') + 1);
          if (Long.parseLong(number) > above) {
            return new String[] {process.name(), number};
          }
        }
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    throw new AssertionError("nobody took record " + id + " over:\n" + this);
  }

  private static String held(ProductProcess process, String table, String step, int which)
      throws Exception {
    process.say("work " + table + " " + step);
    return process.await("HELD", which).substring("HELD ".length());
  }

  void run() throws Exception {
    start("p1", "p2", "p3", "p4");
    killsWhoWorksAndWhoTakesOver();
    killsWhoAssigns();
    stopsWhoWorks();
    deletesByForce();
    assertEquals("failover:show: no failover information now\n", cli.ok("failover", "show").out());
    Cli.Result none = cli.launch("gcadmin", "showfailover");
    assertEquals(0, none.exit(), none.toString());
    assertEquals("gcadmin showfailover: no gcluster failover information now\n", none.out());
    new RunningCluster(cli)
        .settle(
            "all that live to be registered\n" + this,
            () -> cli.ok("failover", "nodes", "--json").array().size() == living().size());
  }

  private void killsWhoWorksAndWhoTakesOver() throws Exception {
    ProductProcess worker = other(assigner());
    // Before it begins: it may be missed before it is killed, on a machine that holds it up.
    living().stream().filter(p -> p != worker).forEach(p -> p.say("hold"));
    String early = held(worker, "t0", "lock", 1);
    String half = held(worker, "t1", "told", 2);
    worker.kill();
    String[] first = took(half, 0);
    isShown(half, "t1");
    processes.get(first[0]).kill();
    took(half, Long.parseLong(first[1]));
    living().forEach(p -> p.say("go"));
    finished();
    effects(early, 0);
    effects(half, 3);
    start(worker.name(), first[0]);
  }

  /** What operators type tells by its exit code what became of it. Its owner is slow in no case. */
  private void deletesByForce() throws Exception {
    CompletableFuture<Void> registered = new CompletableFuture<>();
    try (LoopThread loop = new LoopThread("failover test")) {
      Registry owner =
          new Registry(
              coordinator,
              Operators.ROOT,
              FailoverParameters.settings(Map.of("fo.lease.ms", "600000")),
              new Self("test", "127.0.0.1", 1),
              loop,
              Runnable::run,
              (kind, text) -> {
                if (kind == Events.Kind.REGISTERED) {
                  registered.complete(null);
                }
              });
      owner.start();
      await(registered);
      FailoverWork work = await(owner.begin(WorkSpec.of("by-hand", "testdb", "w1")));
      await(work.addLock("testdb/w1"));
      deletesByForce(Long.toString(work.id()));
      await(owner.shutdown());
    }
  }

  private void deletesByForce(String id) throws Exception {
    exits(1, "lives", "failover", "delete-force", id);
    cli.ok("failover", "delete-force", id, "--force");
    exits(1, "there is no record " + id, "failover", "delete-force", id, "--force");
    exits(2, "no commit id", "failover", "detail", "w1");
    Cli.Result gone = cli.launch("gcadmin", "showfailoverdetail", id);
    assertEquals(1, gone.exit(), gone.toString());
    assertEquals(2, cli.launch("gcadmin", "showlock").exit());
    finished();
  }

  private void exits(int code, String says, String... words) throws Exception {
    Cli.Result result = cli.run(words);
    assertEquals(code, result.exit(), result.toString());
    assertTrue(result.err().contains(says), result.toString());
  }

  /** On the command line and in a node's shell the XML goes to a file, which is never overwritten. */
  private void isShown(String id, String table) throws Exception {
    Path file = directory.resolve("detail.xml");
    cli.ok("failover", "detail", id, file.toString());
    isDetail(file, id, table);
    Cli.Result again = cli.run("failover", "detail", id, file.toString());
    assertEquals(2, again.exit(), again.toString());
    assertTrue(again.err().contains("there is a file " + file + " already"), again.err());
    Path other = directory.resolve("shell.xml");
    cli.ok("shell", "n1", "-c", "quorate:failover detail " + id + " " + other);
    isDetail(other, id, table);
    JsonArray locks = cli.ok("failover", "locks", "--json").array();
    assertTrue(
        locks.stream()
            .map(JsonObject.class::cast)
            .anyMatch(
                l ->
                    l.getString("lock").equals("testdb/" + table)
                        && l.getString("commitId").equals(id)),
        locks.encode());
  }

  private static void isDetail(Path file, String id, String table) throws IOException {
    String xml = Files.readString(file);
    assertTrue(
        xml.startsWith("<?xml version='1.0' encoding=\"utf-8\"?>\n<failover_detail>\n"), xml);
    assertTrue(xml.contains("<commit_id>" + id + "</commit_id>"), xml);
    assertTrue(xml.contains("<content>write " + table + "</content>"), xml);
  }

  private void killsWhoAssigns() throws Exception {
    ProductProcess leader = assigner();
    ProductProcess worker = other(leader);
    List<String> begun = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      begun.add(held(worker, "u" + i, "told", i));
    }
    worker.kill();
    leader.kill();
    finished();
    for (String id : begun) {
      effects(id, 3);
    }
  }

  private void stopsWhoWorks() throws Exception {
    ProductProcess worker = other(assigner());
    String id = held(worker, "v1", "told", 1 + worker.said("HELD").size());
    int registered = worker.said("REGISTERED").size();
    worker.signal("STOP");
    try {
      missed(worker);
      finished();
    } finally {
      worker.signal("CONT");
    }
    effects(id, 3);
    worker.say("go");
    worker.await("REFUSED " + id + " s3", 1);
    assertTrue(worker.await("LATE " + id, 1).contains("FENCED"), worker.toString());
    worker.await("REGISTERED", registered + 1);
    worker.say("work v1 none");
    worker.await("DONE", 1);
    finished();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    all.forEach(p -> text.append(p).append('\n'));
    return text.toString();
  }

  @Override
  public void close() {
    all.forEach(ProductProcess::close);
    coordinator.close();
  }
}
