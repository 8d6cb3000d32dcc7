package org.quorate.itest;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.quorate.api.Bytes;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;

/**
 * One more node, as far as swaps of a coordinator know: a swap waits for it at the phase behind the one that
 * it says it has come to.
 */
final class HeldUp implements AutoCloseable {
  private static final long PATIENCE_S = 60;
  private static final long TTL_MS = 300_000;

  private final Coordinator records;
  private final CoordinatorSession session;
  private final String key;

  HeldUp(String[] addresses, String coordinator) throws Exception {
    key = "coordinators/" + coordinator + "/nodes/held-up";
    QuorateClient client = QuorateClient.connect(ClientOptions.of(addresses));
    records =
        new KvCoordinator(
            client.group("system").access(),
            "held-up",
            1,
            () -> client.shutdown().toCompletionStage());
    session = await(records.openSession(SessionSpec.of("held-up", TTL_MS)));
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
  }

  /** It has come to a phase of a swap. */
  void at(long swap, String phase) throws Exception {
    Op put = new Op.Put(key, Bytes.utf8(swap + " " + phase + " "), session.id());
    await(records.transact(Transaction.of(put)));
  }

  /** It is waited for no more. */
  void away() throws Exception {
    await(records.delete(key));
  }

  @Override
  public void close() {
    records.close();
  }
}
