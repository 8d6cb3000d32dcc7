package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
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
          "[{name: zk, provider: zookeeper, options: {coordinator.zk.root: /test}}]",
          "[{name: orders, coordinator: \"native:main\", address: 10.0.2.201,"
              + " options: {fo.hb.ms: 100, fo.lease.ms: 1000}}]");

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
    assertFalse(felix.type("quorate:lock list --coordinator " + name).contains("app/lock"));
    assertFalse(felix.type("quorate:session list --coordinator " + name).contains("holder"));
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
    Object coordinator = felix.context().getService(reference(name));
    Object entry = call(coordinator, type("Coordinator"), "get", "app/mode");
    Object value = entry.getClass().getMethod("value").invoke(entry);
    assertEquals("serving", value.getClass().getMethod("utf8").invoke(value));
  }

  @Test
  void coordinatorsComeAndGoWithTheirPartsAndSessionsWithTheirUsers() throws Exception {
    try (QuorateClient client = node.connect()) {
      assertEquals(List.of("main"), OneNode.bootstrap(client));
    }
    locksGoWithWhoUsesIt("native:main");
    locksGoWithWhoUsesIt("zk");
    recordsOutliveWhoBeganThem();
    String listed = felix.type("quorate:coord providers");
    assertTrue(listed.contains("native:main") && listed.contains("zookeeper"), listed);
    comesAndGoes("org.quorate.consensus.raft", "native:main");
    comesAndGoes("org.quorate.coordinator.zk", "zk");
    String unknown = felix.type("quorate:coord get a --coordinator nowhere");
    assertTrue(unknown.contains("no coordinator 'nowhere'"), unknown);
  }
}
