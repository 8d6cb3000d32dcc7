package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.coordinator.zk.state.Command;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Transaction;

/** What waits to be sent, while no server can be reached. */
class OutboxTest {
  private static final int LIMIT = 16_384;

  private final Outbox outbox = outbox();

  private static Outbox outbox() {
    Map<String, String> values = Map.of("coordinator.zk.connect", "127.0.0.1:1");
    Settings settings = Settings.of(new Options(values), null);
    Ensemble ensemble = new Ensemble(settings.connect(), settings, Runnable::run, up -> {});
    return new Outbox(ensemble, new Replica(ensemble, null), () -> {});
  }

  private CompletableFuture<Object> submit(Command command) {
    return outbox.submit(command, 60_000).done();
  }

  private static Code failure(CompletableFuture<?> stage) {
    CompletionException e = assertThrows(CompletionException.class, stage::join);
    return ((CoordinationException) e.getCause()).code();
  }

  @Test
  void whoAsksForTooMuchLetsNoSessionExpireAndNothingStay() {
    Command put = new Command.Transact(Transaction.of(new Op.Put("k", Bytes.utf8("v"))));
    CompletableFuture<Object> first = submit(put);
    for (int i = 1; i < LIMIT; i++) {
      submit(put);
    }
    assertEquals(Code.OVERLOADED, failure(submit(put)));
    FencingToken token = new FencingToken(1, 1);
    for (Command needed :
        List.of(
            new Command.KeepAlive(List.of(1L)),
            new Command.EndSession(1, 0),
            new Command.Withdraw("l", 1, 1, true),
            new Command.Unlock("l", token))) {
      assertFalse(submit(needed).isDone(), needed.toString());
    }
    for (int i = 4; i < LIMIT; i++) {
      submit(new Command.Unlock("l", token));
    }
    assertEquals(Code.OVERLOADED, failure(submit(new Command.Unlock("l", token))), "bounded too");
    assertFalse(first.isDone());
    outbox.expire(System.nanoTime() + 61_000_000_000L);
    assertEquals(Code.UNAVAILABLE, failure(first), "it was never sent");
  }
}
