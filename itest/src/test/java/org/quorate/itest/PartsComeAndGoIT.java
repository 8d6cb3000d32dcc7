package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.AllServiceListener;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceEvent;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.client.GroupClient;
import org.quorate.client.QuorateClient;

/**
 * The real assembly with one node: its strategy's bundle stops, which parks the group, and comes
 * back. What the operator types goes into a Gogo session of the running framework.
 */
class PartsComeAndGoIT {
  private static final String STRATEGY = "org.quorate.consensus.raft";

  private final OneNode node =
      new OneNode("[{name: main}]", "{journal.segment.bytes: 1048576, client.watches.max: 77}");

  @RegisterExtension final FelixContainer felix = node.container();

  private static Outcome put(GroupClient group, String key, String value) throws Exception {
    return group
        .propose(
            new KvCommand.Put(Bytes.utf8(key), Bytes.utf8(value), 0, false).encode(), null, 30_000)
        .toCompletionStage()
        .toCompletableFuture()
        .get(40, TimeUnit.SECONDS);
  }

  private void stop(String name) throws BundleException {
    felix.installed(name).stop(Bundle.STOP_TRANSIENT);
  }

  /** As a component would that asks the group while it is activated; what the group says then. */
  private BlockingQueue<String> askedWhenTheyCome() throws Exception {
    BlockingQueue<String> said = new LinkedBlockingQueue<>();
    Method openSession =
        felix
            .installed("org.quorate.api")
            .loadClass("org.quorate.api.GroupAccess")
            .getMethod("openSession", long.class);
    AllServiceListener asking =
        event -> {
          if (event.getType() == ServiceEvent.REGISTERED) {
            try {
              Object group = felix.context().getService(event.getServiceReference());
              CompletionStage<?> answer = (CompletionStage<?>) openSession.invoke(group, 60_000L);
              said.add(answer.toCompletableFuture().get(20, TimeUnit.SECONDS).toString());
            } catch (ReflectiveOperationException
                | InterruptedException
                | ExecutionException
                | TimeoutException e) {
              said.add(e.toString());
            }
          }
        };
    felix.context().addServiceListener(asking, "(objectClass=org.quorate.api.GroupAccess)");
    return said;
  }

  @Test
  void aStrategyThatGoesParksTheGroupAndBringsItBackWithItsData() throws Exception {
    BlockingQueue<String> said = askedWhenTheyCome();
    try (QuorateClient client = node.connect()) {
      List<String> made = OneNode.bootstrap(client);
      assertEquals(List.of("main"), made);
      String answer = String.valueOf(said.poll(60, TimeUnit.SECONDS));
      assertTrue(answer.contains("Committed"), "asked while its service comes: " + answer);
      GroupClient group = client.group("main");
      assertInstanceOf(Outcome.Committed.class, put(group, "colour", "green"));
      felix.awaitTyped("quorate:group list", "RUNNING");

      stop(STRATEGY);
      felix.awaitTyped("quorate:group list", "PARKED");
      String why = felix.type("quorate:why main");
      assertTrue(why.contains("raft"), why);
      assertTrue(why.contains("install") || why.contains("bundle"), why);

      felix.installed(STRATEGY).start();
      felix.awaitTyped("quorate:group list", "RUNNING");
      assertInstanceOf(Outcome.Committed.class, put(group, "colour", "blue"));
      ReadOutcome read =
          group
              .read(new KvQuery.Get(Bytes.utf8("colour"), 0).encode(), ReadLevel.LINEARIZABLE)
              .toCompletionStage()
              .toCompletableFuture()
              .get(30, TimeUnit.SECONDS);
      Bytes result = assertInstanceOf(ReadOutcome.Answered.class, read).result();
      KvResult.GetDone got = assertInstanceOf(KvResult.GetDone.class, KvResult.decode(result));
      assertEquals(Bytes.utf8("blue"), got.entry().value());
      assertEquals(2, got.entry().version(), "the write before is in its history");
    }
  }

  /** Gives ConfigAdmin values for the node and waits until they have arrived. */
  private void configure(Map<String, String> values) throws Exception {
    Object admin = felix.service("org.osgi.service.cm.ConfigurationAdmin");
    Object configuration =
        admin
            .getClass()
            .getMethod("getConfiguration", String.class, String.class)
            .invoke(admin, "org.quorate.node", null);
    Method update = configuration.getClass().getMethod("update", Dictionary.class);
    update.invoke(configuration, new Hashtable<>(values));
  }

  private String value(String parameter) throws Exception {
    return felix.type("quorate:config get " + parameter).replaceAll("(?s).*VALUE +(\\S+).*", "$1");
  }

  private void awaitValue(String parameter, String wanted) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!value(parameter).equals(wanted) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertEquals(wanted, value(parameter), parameter);
  }

  @Test
  void configAdminChangesParametersOfTheRunningNodeAllOrNone() throws Exception {
    assertEquals("1048576", value("journal.segment.bytes"), "what the file says for a plug-in");
    configure(Map.of("client.idle.ms", "70000", "client.watches.max", "5"));
    awaitValue("client.idle.ms", "70000");
    awaitValue("client.watches.max", "5");

    configure(Map.of("client.idle.ms", "80000", "client.watches.max", "0"));
    configure(Map.of("client.idle.ms", "80000", "journal.segment.bytes", "2097152"));
    configure(Map.of("client.idle.ms", "80000", "client.watchs.max", "6"));
    configure(Map.of("client.watches.max", "6"));
    awaitValue("client.watches.max", "6");
    awaitValue("client.idle.ms", "60000"); // not configured any more: its default again
    assertEquals("1048576", value("journal.segment.bytes"));

    configure(Map.of());
    awaitValue("client.watches.max", "77"); // as the file says
    String events = felix.type("quorate:events --limit 50");
    assertTrue(!events.contains("80000"), events);
  }
}
