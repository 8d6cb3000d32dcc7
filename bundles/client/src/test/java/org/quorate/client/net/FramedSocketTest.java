package org.quorate.client.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quorate.api.Bytes;

/** A handler that fails costs its own connection and no other. */
@Timeout(60)
class FramedSocketTest {
  private static final int ECHO = 0x10;
  private static final int FAIL = 0x11;
  private static final int FAIL_IN_A_FRAME = 0x12;
  private static final int ERROR = 0x13;

  private final Vertx vertx = VertxFactory.create(1, 1);
  private final Loop loop = Loop.of(vertx);
  private final BlockingQueue<String> closedHere = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** Sends back what it gets, and fails as it is told. */
  private final class Server implements FramedSocket.Handler {
    private final FramedSocket socket;

    Server(NetSocket accepted) {
      socket = new FramedSocket(loop, accepted, 1 << 20, this);
    }

    @Override
    public void frame(int kind, Bytes body) {
      if (kind == FAIL) {
        throw new IllegalStateException("a defect");
      } else if (kind == FAIL_IN_A_FRAME) {
        socket.begin(ECHO).text("half");
        throw new IllegalStateException("a defect");
      } else if (kind == ERROR) {
        throw new NoClassDefFoundError("a class that is gone");
      }
      socket.begin(kind).varint(body.length());
      socket.end();
    }

    @Override
    public void closed(String why, boolean malformed) {
      closedHere.add(why + (malformed ? " (malformed)" : ""));
      // Late answers to who is gone are dropped, whatever was under way.
      socket.begin(ECHO).varint(1);
      socket.end();
    }
  }

  private final class Caller implements FramedSocket.Handler {
    final BlockingQueue<Integer> echoes = new LinkedBlockingQueue<>();
    final CompletableFuture<String> closed = new CompletableFuture<>();
    private FramedSocket socket;

    void send(int... kinds) {
      loop.execute(
          () -> {
            for (int kind : kinds) {
              socket.begin(kind).text("x");
              socket.end();
            }
          });
    }

    @Override
    public void frame(int kind, Bytes body) {
      echoes.add(kind);
    }

    @Override
    public void closed(String why, boolean malformed) {
      closed.complete(why);
    }
  }

  private int listen() {
    CompletableFuture<Integer> port = new CompletableFuture<>();
    loop.withContext(
        () ->
            vertx
                .createNetServer()
                .connectHandler(Server::new)
                .listen(0, "127.0.0.1")
                .onSuccess(server -> port.complete(server.actualPort()))
                .onFailure(port::completeExceptionally));
    return port.orTimeout(20, TimeUnit.SECONDS).join();
  }

  private Caller connect(int port) {
    Caller caller = new Caller();
    CompletableFuture<Void> open = new CompletableFuture<>();
    loop.withContext(
        () ->
            vertx
                .createNetClient()
                .connect(port, "127.0.0.1")
                .onSuccess(
                    raw -> {
                      caller.socket = new FramedSocket(loop, raw, 1 << 20, caller);
                      open.complete(null);
                    })
                .onFailure(open::completeExceptionally));
    open.orTimeout(20, TimeUnit.SECONDS).join();
    return caller;
  }

  @Test
  void aHandlerThatThrowsClosesItsConnectionAndNoOther() throws InterruptedException {
    int port = listen();
    Caller good = connect(port);
    for (int failure : new int[] {FAIL, FAIL_IN_A_FRAME, ERROR}) {
      Caller bad = connect(port);
      bad.send(failure, ECHO, ECHO);
      bad.closed.orTimeout(20, TimeUnit.SECONDS).join();
      String why = closedHere.poll(20, TimeUnit.SECONDS);
      assertTrue(why.contains("handler failed") && !why.contains("malformed"), why);
      assertEquals(0, bad.echoes.size(), "answers behind the failure");
      good.send(ECHO);
      assertEquals(ECHO, good.echoes.poll(20, TimeUnit.SECONDS));
    }
  }
}
