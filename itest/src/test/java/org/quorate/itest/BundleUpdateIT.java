package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;

/**
 * An operator updates bundles of a running node in the framework's shell, to versions that are built
 * here, while a client counts: no error, nothing lost, nothing left behind.
 */
class BundleUpdateIT {
  private static final String RAFT = "org.quorate.consensus.raft";
  private static final String MAPDB = "org.quorate.storage.mapdb";
  private static final long PATIENCE_MS = 60_000;

  private final OneNode node =
      new OneNode(
          "[{name: main}, {name: other, strategy: certify}]", "{journal.segment.bytes: 1048576}");

  @TempDir Path jars;

  @RegisterExtension final FelixContainer felix = node.container();

  /** Types the update and waits until the group is back; the version that runs now. */
  private void update(String name, String version) throws Exception {
    Path jar =
        Variant.of(felix.distribution().bundle(name))
            .version(version)
            .write(jars.resolve(name + "-" + version + ".jar"));
    String printed = felix.type("update " + name + " file:" + jar);
    Bundle bundle = felix.installed(name);
    assertEquals(version, bundle.getVersion().toString(), printed);
    assertEquals(Bundle.ACTIVE, bundle.getState(), printed);
    felix.awaitTyped("quorate:health", "HEALTHY  true");
  }

  private QuorateClient connect() throws Exception {
    QuorateClient client = node.connect();
    OneNode.bootstrap(client);
    return client;
  }

  @Test
  void newerAndOlderVersionsTakeOverWithTheDataAndWithoutAnError() throws Exception {
    try (QuorateClient client = connect()) {
      CountingLoad main = CountingLoad.heavy(new KvClient(client.group("main")), 1);
      CountingLoad other = CountingLoad.heavy(new KvClient(client.group("other")), 1);
      update(RAFT, "9.1.0");
      update(MAPDB, "9.1.0");
      update("org.quorate.consensus.certify", "9.1.0");
      update(RAFT, "0.0.9");
      update(MAPDB, "0.0.9");
      main.endsExact(PATIENCE_MS);
      other.endsExact(PATIENCE_MS);
    }
  }

  @Test
  void fiftyUpdatesLeaveNoClassLoaderBehind() throws Exception {
    try (QuorateClient client = connect()) {
      CountingLoad main = CountingLoad.heavy(new KvClient(client.group("main")), 1);
      for (int i = 1; i <= 50; i++) {
        update(i % 5 == 0 ? MAPDB : RAFT, "9.0." + i);
      }
      main.endsExact(PATIENCE_MS);
    }
    felix.awaitTyped("quorate:leaks", "REPLACED  50\nHELD      -");
  }

  @Test
  void whatHoldsAnOldClassLoaderIsNamed() throws Exception {
    AtomicBoolean going = new AtomicBoolean(true);
    planted(going);
    try {
      update(RAFT, "9.1.0");
      String printed = felix.type("quorate:leaks");
      assertTrue(printed.contains("REPLACED  1"), printed);
      assertTrue(printed.contains("thread 'planted': its context class loader"), printed);
    } finally {
      going.set(false);
    }
    felix.awaitTyped("quorate:leaks", "REPLACED  1\nHELD      -");
  }

  /** A thread that holds the class loader of the strategy that runs now. */
  private void planted(AtomicBoolean going) throws Exception {
    Thread thread =
        new Thread(
            () -> {
              while (going.get()) {
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
              }
            },
            "planted");
    thread.setContextClassLoader(
        felix.installed(RAFT).loadClass("org.quorate.raft.RaftStrategy").getClassLoader());
    thread.start();
  }
}
