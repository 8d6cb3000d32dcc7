package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.quorate.client.QuorateClient;

/**
 * Coordinators as services of a node: that of a group, and one on a ZooKeeper server inside of the process.
 * They are used as a bundle would, by reflection, since their types are the framework's.
 */
class CoordinatorServiceIT {
  private static final String TYPE = "org.quorate.spi.coordination.Coordinator";

  private final OneNode node =
      new OneNode(
          "[{name: main}]",
          "{journal.segment.bytes: 1048576}",
          "[{name: zk, provider: zookeeper, options: {coordinator.zk.root: /test}},"
              + " {name: other, provider: zookeeper, options: {coordinator.zk.root: /other}}]",
          "[{name: orders, coordinator: \"native:main\", address: 10.0.2.201,"
              + " options: {fo.hb.ms: 100, fo.lease.ms: 60000}}]");

  @RegisterExtension final FelixContainer felix = node.container();

  private ServiceReference<?> reference(String name) throws Exception {
    return reference(TYPE, "(quorate.coordinator=" + name + ")");
  }

  private ServiceReference<?> reference(String type, String filter) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    ServiceReference<?>[] found = null;
    while (found == null && System.nanoTime() < end) {
      found = felix.context().getAllServiceReferences(type, filter);
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertTrue(found != null, "no service " + filter + " within 60 s");
    return found[0];
  }

  private Class<?> type(String name) throws Exception {
    return loaded("org.quorate.spi.coordination." + name);
  }

  private Class<?> loaded(String name) throws Exception {
    return felix.installed("org.quorate.spi").loadClass(name);
  }

  private String typedUntil(String command, Predicate<String> wanted) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    String shown = felix.type(command);
    while (!wanted.test(shown) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(20);
      shown = felix.type(command);
    }
    assertTrue(wanted.test(shown), command + ": " + shown);
    return shown;
  }

  /** A bundle that gives its registry back leaves what it began to others. */
  private void recordsOutliveWhoBeganThem() throws Exception {
    String on = " --group main";
    Class<?> registry = loaded("org.quorate.spi.failover.FailoverRegistry");
    ServiceReference<?> reference = reference(registry.getName(), "(quorate.failover=orders)");
    Object used = felix.context().getService(reference);
    String nodes = typedUntil("quorate:failover nodes" + on, s -> s.contains("n1:"));
    assertTrue(nodes.contains("10.0.2.201"), nodes);
    Class<?> specs = loaded("org.quorate.spi.failover.WorkSpec");
    Object work = call(used, registry, "begin", call(null, specs, "of", "ddl", "testdb", "tt1"));
    Class<?> works = loaded("org.quorate.spi.failover.FailoverWork");
    call(work, works, "addLock", "testdb/tt1");
    assertTrue(felix.type("quorate:failover show" + on).contains("tt1"));
    assertTrue(felix.type("quorate:failover delete-force 0" + on).contains("lives"));
    assertTrue(felix.context().ungetService(reference));
    typedUntil("quorate:failover nodes" + on, s -> !s.contains("n1:"));
    assertTrue(felix.type("quorate:failover show" + on).contains("tt1"));
    felix.type("quorate:failover delete-force 0" + on);
    String empty = felix.type("quorate:failover show" + on);
    assertTrue(empty.contains("failover:show: no failover information now"), empty);
  }

  /** Calls a method by name, with so many arguments, and waits for what it promises. */
  private static Object call(Object on, Class<?> of, String name, Object... arguments)
      throws Exception {
    Method method =
        Arrays.stream(of.getMethods())
            .filter(m -> m.getName().equals(name) && m.getParameterCount() == arguments.length)
            .findFirst()
            .orElseThrow();
    try {
      Object result = method.invoke(on, arguments);
      return result instanceof CompletionStage<?> stage
          ? stage.toCompletableFuture().get(60, TimeUnit.SECONDS)
          : result;
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  /** A session and a lock in it, through the service. */
  private Object holdLock(Object coordinator) throws Exception {
    Object spec = call(null, type("SessionSpec"), "of", "holder", 60_000L);
    Object session = call(coordinator, type("Coordinator"), "openSession", spec);
    Object lock = call(null, type("LockSpec"), "tried", "app/lock", "a test");
    Object outcome = call(session, type("CoordinatorSession"), "lock", lock);
    assertTrue(outcome.toString().startsWith("Granted"), outcome.toString());
    return session;
  }

  private void locksGoWithWhoUsesIt(String name) throws Exception {
    ServiceReference<?> reference = reference(name);
    Object session = holdLock(felix.context().getService(reference));
    String shown = felix.type("quorate:lock list --coordinator " + name);
    assertTrue(shown.contains("app/lock") && shown.contains("holder"), shown);
    assertTrue(felix.context().ungetService(reference));
    Object how = call(session, type("CoordinatorSession"), "ended");
    assertEquals("CLOSED", how.toString());
    typedUntil("quorate:lock list --coordinator " + name, s -> !s.contains("app/lock"));
    typedUntil("quorate:session list --coordinator " + name, s -> !s.contains("holder"));
  }

  /**
   * A product that goes offline only when it may.
   *
   * @param told the names of the methods that were called
   */
  private static Object participant(
      Class<?> type, List<String> told, CompletableFuture<Void> mayStop) {
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (self, method, arguments) -> {
          if (method.getDeclaringClass() == type) {
            told.add(method.getName());
          }
          return switch (method.getName()) {
            case "hashCode" -> System.identityHashCode(self);
            case "equals" -> self == arguments[0];
            case "toString" -> "a product";
            case "prepare", "execute" -> CompletableFuture.completedStage("done");
            case "complete", "catchUp" -> CompletableFuture.completedStage(null);
            case "offline" -> mayStop.get(60, TimeUnit.SECONDS);
            default -> null;
          };
        });
  }

  /** Makes a configuration of a factory PID. */
  private void configure(String pid, Map<String, String> values) throws Exception {
    Bundle bundle = felix.installed("org.apache.felix.configadmin");
    Class<?> admins = bundle.loadClass("org.osgi.service.cm.ConfigurationAdmin");
    Class<?> configurations = bundle.loadClass("org.osgi.service.cm.Configuration");
    Object admin = felix.service(admins.getName());
    Object made = call(admin, admins, "createFactoryConfiguration", pid, "?");
    call(made, configurations, "update", new Hashtable<>(values));
  }

  /** Waits until the last of what a participant was told is this: it is told beside what others see. */
  private static void toldUntil(List<String> told, List<String> last) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    List<String> now = List.copyOf(told);
    while (!now.subList(Math.max(0, now.size() - last.size()), now.size()).equals(last)) {
      assertTrue(System.nanoTime() < end, last + " are not the last of " + now);
      TimeUnit.MILLISECONDS.sleep(20);
      now = List.copyOf(told);
    }
  }

  /** A bundle says what it does in operations, and runs one; without it the node is offline. */
  private void operationsAreRunByBundles() throws Exception {
    String on = " --group main";
    Class<?> type = loaded("org.quorate.spi.operations.Participant");
    List<String> told = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> mayStop = new CompletableFuture<>();
    var product =
        felix
            .installed("org.quorate.spi")
            .getBundleContext()
            .registerService(type.getName(), participant(type, told, mayStop), null);
    configure(
        "org.quorate.operations",
        Map.of(
            "quorate.operations", "orders",
            "quorate.operations.node", "n1",
            "coordinator.target", "(quorate.coordinator=native:main)",
            "op.lease.ms", "60000"));
    Class<?> operations = loaded("org.quorate.spi.operations.ClusterOperations");
    ServiceReference<?> reference = reference(operations.getName(), "(quorate.operations=orders)");
    Object used = felix.context().getService(reference);
    typedUntil("quorate:online list" + on, s -> s.contains("n1") && told.contains("online"));
    Class<?> specs = loaded("org.quorate.spi.operations.OperationSpec");
    Object ddl = call(null, specs, "ddl", "shop.orders", "alter table orders");
    String done = call(used, operations, "run", ddl).toString();
    assertTrue(done.contains("decision=COMMITTED") && done.contains("answers={n1=done}"), done);
    toldUntil(told, List.of("prepare", "execute", "complete"));
    String shown = felix.type("quorate:op show 1" + on);
    assertTrue(shown.contains("shop.orders") && shown.contains("committed"), shown);
    assertTrue(felix.type("quorate:op list" + on).contains("(none)"));
    CompletableFuture<Void> gone = CompletableFuture.runAsync(product::unregister);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!told.contains("offline") && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    for (int i = 0; i < 10; i++) { // the others wait for it as long as it serves
      assertTrue(felix.type("quorate:online list" + on).contains("n1"), "it is still serving");
    }
    mayStop.complete(null);
    gone.get(60, TimeUnit.SECONDS);
    typedUntil("quorate:online list" + on, s -> s.contains("(none)"));
    toldUntil(told, List.of("offline"));
    assertNull(felix.context().getAllServiceReferences(operations.getName(), null));
  }

  private void comesAndGoes(String bundle, String name) throws Exception {
    felix.type("quorate:coord put app/mode serving --coordinator " + name);
    Bundle part = felix.installed(bundle);
    part.stop(Bundle.STOP_TRANSIENT);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (felix.type("quorate:coord providers").contains(name) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertFalse(felix.type("quorate:coord providers").contains(name), "still there");
    part.start();
    ServiceReference<?> reference = reference(name);
    Object coordinator = felix.context().getService(reference);
    Object entry = call(coordinator, type("Coordinator"), "get", "app/mode");
    Object value = entry.getClass().getMethod("value").invoke(entry);
    assertEquals("serving", value.getClass().getMethod("utf8").invoke(value));
    assertTrue(felix.context().ungetService(reference));
  }

  /** What a bundle holds goes along when its coordinator goes on at another provider. */
  private void goesOnElsewhere() throws Exception {
    ServiceReference<?> reference = reference("native:main");
    Object coordinator = felix.context().getService(reference);
    Object session = holdLock(coordinator);
    String plan = felix.type("quorate:coord swap native:main other --dry-run");
    assertTrue(plan.contains("OLD_REVISIONS"), plan);
    String refused = felix.type("quorate:coord swap native:main other");
    assertTrue(refused.contains("--accept-loss"), refused);
    refused = felix.type("quorate:coord swap native:main zk --accept-loss");
    assertTrue(refused.contains("something is kept at 'zk'"), refused);
    String done = felix.type("quorate:coord swap native:main other --accept-loss --wait");
    assertTrue(done.contains("retired"), done);
    call(session, type("CoordinatorSession"), "keepAlive");
    for (String where : List.of("--group main", "--coordinator other")) {
      String locks = felix.type("quorate:lock list " + where);
      assertTrue(locks.contains("app/lock") && locks.contains("holder"), locks);
    }
    Object entry = call(coordinator, type("Coordinator"), "get", "app/mode");
    assertTrue(entry != null, "a key was lost");
    String providers = felix.type("quorate:coord providers");
    assertTrue(providers.matches("(?s).*native:main +native +main +other.*"), providers);
    String swaps = felix.type("quorate:coord swaps");
    assertTrue(swaps.contains("native:main") && swaps.contains("retired"), swaps);
    assertTrue(felix.context().ungetService(reference));
    assertEquals("CLOSED", call(session, type("CoordinatorSession"), "ended").toString());
    typedUntil("quorate:lock list --coordinator other", s -> !s.contains("app/lock"));
  }

  @Test
  void coordinatorsComeAndGoWithTheirPartsAndSessionsWithTheirUsers() throws Exception {
    try (QuorateClient client = node.connect()) {
      assertEquals(List.of("main"), OneNode.bootstrap(client));
    }
    locksGoWithWhoUsesIt("native:main");
    locksGoWithWhoUsesIt("zk");
    recordsOutliveWhoBeganThem();
    operationsAreRunByBundles();
    String listed = felix.type("quorate:coord providers");
    assertTrue(listed.contains("native:main") && listed.contains("zookeeper"), listed);
    comesAndGoes("org.quorate.consensus.raft", "native:main");
    comesAndGoes("org.quorate.coordinator.zk", "zk");
    goesOnElsewhere();
    String unknown = felix.type("quorate:coord get a --coordinator nowhere");
    assertTrue(unknown.contains("no coordinator 'nowhere'"), unknown);
  }
}
