package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.operations.Operators;
import org.quorate.samples.shop.ShopNode;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.Scope;

/**
 * Processes of the sample shop on a cluster that is up: every operation, while sessions go on; then who
 * began one and who takes part in another are killed at each of their steps, and one is stopped. Nothing
 * is left of any operation, and all know the same.
 */
final class ShopOfProcesses implements AutoCloseable {
  private static final long PATIENCE_S = 60;
  private static final long WATCHED_MS = 1000;
  private static final List<String> NAMES = List.of("p1", "p2", "p3");
  private static final List<String> P2 = List.of("p2");

  /** Longer than a busy machine keeps one from renewing it; who is started again displaces what it was. */
  private static final String LONG_LEASE = "op.lease.ms=60000";

  private final Cli cli;
  private final List<String> addresses = new ArrayList<>();
  private final List<NodeHttp> nodes = new ArrayList<>();
  private final Coordinator coordinator;
  private final Operators operators;
  private final Map<String, ProductProcess> processes = new TreeMap<>();
  private final List<ProductProcess> all = new ArrayList<>();

  ShopOfProcesses(Cli cli) throws Exception {
    this.cli = cli;
    for (Object node : cli.ok("node", "list", "--json").array()) {
      JsonObject line = (JsonObject) node;
      addresses.add(line.getString("client"));
      nodes.add(new NodeHttp(line.getString("node"), line.getString("http")));
    }
    QuorateClient client =
        QuorateClient.connect(ClientOptions.of(addresses.toArray(String[]::new)));
    coordinator =
        new KvCoordinator(
            client.group("default").access(),
            "test",
            1,
            () -> client.shutdown().toCompletionStage());
    operators = new Operators(coordinator, Operators.ROOT);
  }

  /** Asks a node that answers, without a process for the question. */
  private NodeHttp.Answer ask(String operation, JsonObject arguments) throws Exception {
    NodeHttp.Answer answer = null;
    for (NodeHttp node : nodes) {
      answer = node.ask(operation, arguments);
      if (answer.ok()) {
        return answer;
      }
    }
    throw new AssertionError(operation + ": " + answer);
  }

  private JsonArray list(String operation) throws Exception {
    return ask(operation, new JsonObject()).array();
  }

  /** Something that happens to the cluster. */
  interface Event {
    void happens() throws Exception;
  }

  // ---- processes --------------------------------------------------------------------------------

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
  }

  private void settle(String what, RunningCluster.Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < end, () -> what + "\n" + this);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private void start(List<String> names) throws Exception {
    for (String name : names) {
      launch(name, LONG_LEASE);
    }
    for (String name : names) {
      processes.get(name).await("ONLINE", 1);
    }
  }

  private void launch(String name, String... parameters) throws Exception {
    List<String> arguments = new ArrayList<>(addresses);
    arguments.addAll(List.of(parameters));
    ProductProcess process = new ProductProcess(ShopNode.class, name, arguments);
    processes.put(name, process);
    all.add(process);
  }

  /** What a process says after it was told something. */
  private String asked(String name, String line, String begin) throws Exception {
    ProductProcess process = processes.get(name);
    int before = process.said(begin).size();
    process.say(line);
    return process.await(begin, before + 1);
  }

  /** What an operation of a process ends with. */
  private void does(String name, String line, String outcome) throws Exception {
    String said = asked(name, line, "DONE " + line + ": ");
    assertTrue(said.startsWith("DONE " + line + ": " + outcome), () -> said + "\n" + this);
  }

  /** Nothing under way and no lock, as soon as who was lost is missed. */
  private void empty() throws Exception {
    settle(
        "something is left",
        () ->
            await(operators.operations()).isEmpty()
                && await(coordinator.locks(Scope.tree(Operators.ROOT))).isEmpty());
  }

  /** All are online, and know the same tables and keys. */
  private void agree() throws Exception {
    settle(
        "they do not agree",
        () -> {
          Set<String> states = new HashSet<>();
          for (String name : NAMES) {
            states.add(asked(name, "state", "STATE"));
          }
          String state = states.iterator().next();
          return states.size() == 1 && state.startsWith("STATE online") && state.endsWith("[][]");
        });
  }

  // ---- what happens -----------------------------------------------------------------------------

  void run() throws Exception {
    start(NAMES);
    everyOperation();
    kill("p1", "ddl t1", "prepare", "p2", "p3", "view shop:v select", "prepare");
    start(List.of("p1", "p2"));
    ended("p3", "view shop:v select", "COMMITTED");
    kill("p3", "ddl t2", "execute", "p1", "p2", "reload x y", "complete");
    start(List.of("p3", "p1"));
    ended("p2", "reload x y", "COMMITTED");
    whoIsAwaitedIsShownAndRemoved();
    nothingIsAskedWhileOneIsStopped();
  }

  private void everyOperation() throws Exception {
    does("p1", "ddl orders", "COMMITTED version 1");
    does("p2", "view shop:v select 1", "COMMITTED");
    does("p3", "drop shop:unknown", "COMMITTED");
    does("p1", "reload 1 1", "COMMITTED");
    does("p2", "reload bad 2", "ABORTED not ready: ");
    does("p3", "reload 2 unloadable p2", "ROLLED_BACK not completed: {p2=");
    does("p1", "reload 3 3", "COMMITTED");
    does("p2", "rollback", "COMMITTED");
    for (String name : NAMES) {
      does(name, "cut", "COMMITTED consistent, ");
    }
    does("p1", "pause", "COMMITTED");
    does("p2", "resume", "COMMITTED");
    agree();
    String state = asked("p3", "state", "STATE");
    String expected = "STATE online {orders=1} {conf/db=1, conf/user=1, view/shop:v=select 1} [][]";
    assertEquals(expected, state, this::toString);
    empty();
  }

  /** Kills who began an operation at a step of it, and at once who takes part in another at a step. */
  private void kill(
      String initiator,
      String began,
      String at,
      String responder,
      String other,
      String line,
      String step)
      throws Exception {
    ProductProcess first = processes.get(initiator);
    first.say("hold " + at);
    first.say(began);
    first.await("AT " + at, 1);
    ProductProcess second = processes.get(responder);
    second.say("hold " + step);
    processes.get(other).say(line);
    second.await("AT " + step, 1);
    first.kill();
    second.kill();
  }

  /** What one began whose member was killed has ended, and nothing is left. */
  private void ended(String name, String line, String outcome) throws Exception {
    processes.get(name).await("DONE " + line + ": " + outcome, 1);
    empty();
    agree();
  }

  private void awaited(List<String> names) throws Exception {
    settle(
        names + " are not who is awaited",
        () -> {
          var under = await(operators.operations());
          return under.size() == 1 && under.get(0).awaited().equals(names);
        });
  }

  private void whoIsAwaitedIsShownAndRemoved() throws Exception {
    ProductProcess p2 = processes.get("p2");
    p2.say("hold prepare");
    processes.get("p1").say("ddl t4");
    p2.await("AT prepare", 1);
    awaited(P2);
    JsonObject shown = cli.ok("op", "list", "--json").array().getJsonObject(0);
    assertEquals("ddl t4", shown.getString("kind") + " " + shown.getString("name"));
    assertEquals("[\"p2\"]", shown.getJsonArray("awaited").encode());
    int online = p2.said("ONLINE").size();
    ask("online.remove", new JsonObject().put("member", "p2"));
    processes.get("p1").await("DONE ddl t4: COMMITTED", 1);
    p2.await("ONLINE", online + 1);
    p2.say("hold nothing"); // what it was told long ago comes to an end, and is without effect
    empty();
    agree();
  }

  /** Of the answers that are awaited, and of the sessions that wait, nobody asks again and again. */
  private void nothingIsAskedWhileOneIsStopped() throws Exception {
    ProductProcess p2 = processes.get("p2");
    int offline = p2.said("OFFLINE").size();
    p2.signal("STOP");
    try {
      processes.get("p1").say("cut");
      awaited(P2);
      settle("they ask again and again", this::nothingButHeartbeats); // those before count late
      JsonObject resolve = new JsonObject().put("reason", "p2 is stopped").put("force", true);
      ask("op.resolve", resolve.put("id", "" + await(operators.operations()).get(0).id()));
      processes.get("p1").await("DONE cut: ABORTED resolved by operator: p2 is stopped", 1);
    } finally {
      p2.signal("CONT");
    }
    p2.await("OFFLINE", offline + 1);
    empty();
    agree();
  }

  /** Of each node of the service, and of each client's session, one in a second. */
  private boolean nothingButHeartbeats() throws Exception {
    long began = System.nanoTime();
    long before = requests();
    TimeUnit.MILLISECONDS.sleep(WATCHED_MS);
    long asked = requests() - before;
    return asked <= 3 * 2 * (1 + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
  }

  /** What clients have asked all nodes. */
  private long requests() throws Exception {
    long sum = 0;
    JsonObject prefix = new JsonObject().put("prefix", "quorate_client_requests_total");
    for (NodeHttp node : nodes) {
      NodeHttp.Answer answer = node.ask("metrics", prefix);
      assertTrue(answer.ok(), answer::toString);
      sum += answer.array().getJsonObject(0).getDouble("value").longValue();
    }
    return sum;
  }

  /** An operation goes on while the group changes its strategy below it. */
  void swapped(String to) throws Exception {
    JsonObject swap = new JsonObject().put("group", "default").put("strategy", to);
    during(
        to,
        () -> {
          ask("group.swap", swap); // once: an answer that is waited for may come too late
          settle("the swap to " + to, () -> isDone(to));
        });
  }

  /** With the link before retired, so that the next swap can begin. */
  private boolean isDone(String to) throws Exception {
    JsonArray all = ask("group.swaps", new JsonObject().put("group", "default")).array();
    JsonObject last = all.isEmpty() ? new JsonObject() : all.getJsonObject(all.size() - 1);
    return to.equals(last.getString("to")) && "done".equals(last.getString("phase"));
  }

  /** An operation goes on whose members get ready before and after something happens to the cluster. */
  void during(String table, Event event) throws Exception {
    ProductProcess p2 = processes.get("p2");
    int at = p2.said("AT prepare").size();
    p2.say("hold prepare");
    processes.get("p1").say("ddl " + table);
    p2.await("AT prepare", at + 1);
    event.happens();
    p2.say("hold nothing");
    processes.get("p1").await("DONE ddl " + table + ": COMMITTED version 1", 1);
    does("p3", "cut", "COMMITTED consistent, ");
    empty();
    agree();
  }

  /**
   * The last to be killed; then one that is stopped for longer than its lease, between the halves of an
   * order, misses operations, and ends that order no more.
   */
  void whoMissesOneCatchesUp() throws Exception {
    kill("p2", "ddl t3", "complete", "p3", "p1", "cut", "prepare");
    launch("p3", "op.hb.ms=200", "op.lease.ms=2000");
    start(List.of("p2"));
    ended("p1", "cut", "ABORTED lost before they were ready: ");
    ProductProcess p3 = processes.get("p3");
    p3.say("hold order");
    p3.await("AT order", 1);
    p3.signal("STOP");
    try {
      does("p1", "ddl missed", "COMMITTED version 1");
      does("p2", "cut", "COMMITTED consistent, ");
    } finally {
      p3.signal("CONT");
    }
    p3.say("hold nothing");
    p3.await("EVENT order refused", 1);
    p3.await("OFFLINE", 1);
    agree();
    does("p3", "cut", "COMMITTED consistent, ");
    empty();
    settle(
        "not all are online, or something is left",
        () ->
            list("online.list").size() == 3
                && list("op.list").isEmpty()
                && list("lock.list").isEmpty());
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
