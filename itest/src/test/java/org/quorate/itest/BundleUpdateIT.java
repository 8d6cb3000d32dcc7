package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.quorate.api.Bytes;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;

/**
 * An operator updates bundles of a running node in the framework's shell, to versions that are built
 * here, while a client counts: no error, nothing lost, nothing left behind.
 */
class BundleUpdateIT {
  private static final String RAFT = "org.quorate.consensus.raft";
  private static final String MAPDB = "org.quorate.storage.mapdb";
  private static final Bytes COUNTER = Bytes.utf8("counter");

  private final int clientPort = freePort();

  @TempDir Path jars;

  @RegisterExtension
  final FelixContainer felix =
      new FelixContainer().with("quorate.config", configuration(clientPort).toString());

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path configuration(int port) {
    try {
      Path file = Files.createTempFile("quorate-node", ".yaml");
      file.toFile().deleteOnExit();
      return Files.writeString(
          file,
          """
          node: {id: n1}
          cluster: {name: updates}
          listen: {peer: "127.0.0.1:%d", client: "127.0.0.1:%d"}
          groups: [{name: main}, {name: other, strategy: certify}]
          parameters: {journal.segment.bytes: 1048576}
          """
              .formatted(freePort(), port));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** Counts until told to stop; how often is known afterwards. */
  private static final class Load {
    private final KvClient kv;
    private final AtomicBoolean going = new AtomicBoolean(true);
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicReference<Throwable> failed = new AtomicReference<>();
    private volatile boolean ended;

    Load(KvClient kv) {
      this.kv = kv;
      add();
    }

    private void add() {
      asked.incrementAndGet();
      kv.add(COUNTER, 1)
          .onSuccess(
              sum -> {
                if (going.get()) {
                  add();
                } else {
                  ended = true;
                }
              })
          .onFailure(
              t -> {
                failed.set(t);
                ended = true;
              });
    }

    void end() throws Exception {
      going.set(false);
      while (!ended) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertNull(failed.get(), () -> "a client saw " + failed.get());
      assertEquals(Integer.toString(asked.get()), await(kv.get(COUNTER)).value().utf8());
    }
  }

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
    QuorateClient client = QuorateClient.connect(ClientOptions.of("127.0.0.1:" + clientPort));
    await(client.bootstrap());
    return client;
  }

  @Test
  void newerAndOlderVersionsTakeOverWithTheDataAndWithoutAnError() throws Exception {
    try (QuorateClient client = connect()) {
      Load main = new Load(new KvClient(client.group("main")));
      Load other = new Load(new KvClient(client.group("other")));
      update(RAFT, "9.1.0");
      update(MAPDB, "9.1.0");
      update("org.quorate.consensus.certify", "9.1.0");
      update(RAFT, "0.0.9");
      update(MAPDB, "0.0.9");
      main.end();
      other.end();
    }
  }

  @Test
  void fiftyUpdatesLeaveNoClassLoaderBehind() throws Exception {
    try (QuorateClient client = connect()) {
      Load main = new Load(new KvClient(client.group("main")));
      for (int i = 1; i <= 50; i++) {
        update(i % 5 == 0 ? MAPDB : RAFT, "9.0." + i);
      }
      main.end();
    }
    String printed = felix.type("quorate:leaks");
    assertTrue(printed.contains("REPLACED  50\nHELD      -"), printed);
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
