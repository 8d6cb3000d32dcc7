package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionSpec;

/** How sessions, watches and requests end, and what is said of it. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EndsTest {
  private static final int PATIENCE_S = 60;

  @TempDir Path folder;

  private EmbeddedServer server;
  private ZkCoordinator one;

  @BeforeEach
  void start() throws Exception {
    server = new EmbeddedServer(folder, 0);
    one = open("one", server.address());
  }

  @AfterEach
  void stop() throws Exception {
    try {
      await(one.shutdown());
    } finally {
      server.close();
    }
  }

  private static ZkCoordinator open(String client, String address) throws Exception {
    Map<String, String> values = Map.of("coordinator.zk.connect", address);
    return (ZkCoordinator) await(new ZooKeeperProvider().open(client, 1, new Options(values)));
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
  }

  private static Code failure(CompletionStage<?> stage) {
    ExecutionException e = assertThrows(ExecutionException.class, () -> await(stage));
    return ((CoordinationException) e.getCause()).code();
  }

  @Test
  void aSessionThatCouldNotBeClosedExpires() throws Exception {
    CoordinatorSession session = await(one.openSession(SessionSpec.of("s", 1_000)));
    assertTrue(await(one.seal("a test", new FencingToken(1, 1))));
    assertEquals(Code.UNAVAILABLE, failure(session.close()));
    assertTrue(await(one.unseal(new FencingToken(1, 1))));
    assertEquals(SessionEnd.CLOSED, await(session.ended()));
    assertTrue(await(one.sessions()).isEmpty());
  }

  @Test
  void whatWasSentBeforeTheEndIsNotSaidToBeUndone() throws Exception {
    try (Link link = new Link(server.port())) {
      ZkCoordinator leaves = open("leaves", link.address());
      await(leaves.put("known", Bytes.utf8("the head")));
      link.stopAt(OpCode.multi);
      CompletionStage<Long> sent = leaves.put("k", Bytes.utf8("1"));
      link.awaitStop();
      CompletionStage<Void> left = leaves.abandon();
      assertEquals(Code.INDETERMINATE, failure(sent), "it was sent");
      assertEquals(Code.CLOSED, failure(leaves.put("k", Bytes.utf8("2"))));
      link.goOn();
      await(left);
    }
  }
}
