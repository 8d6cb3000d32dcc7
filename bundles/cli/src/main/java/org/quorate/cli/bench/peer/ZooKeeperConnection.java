package org.quorate.cli.bench.peer;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A session with ZooKeeper: the two requests that are measured, in its own encoding (jute). Answers
 * come in the order of the requests. What is asked in one turn of the loop leaves in one write.
 */
final class ZooKeeperConnection {
  private static final int CREATE = 1;
  private static final int SET_DATA = 5;
  private static final int PING = 11;
  private static final int PING_XID = -2;
  private static final int TIMEOUT_MS = 30_000;
  private static final int NODE_EXISTS = -110;

  /** How soon a request to a lost connection fails: a closed loop must not spin. */
  private static final int LOST_MS = 20;

  private record Waiting(int xid, Promise<Boolean> promise) {}

  private final Vertx vertx;
  private final NetSocket socket;
  private final Promise<ZooKeeperConnection> opened = Promise.promise();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private Buffer out = Buffer.buffer();
  private Runnable lost = () -> {};
  private boolean greeted;
  private boolean closed;
  private boolean body;
  private int nextXid = 1;
  private long pinger;

  private ZooKeeperConnection(Vertx vertx, NetSocket socket) {
    this.vertx = vertx;
    this.socket = socket;
    RecordParser parser = RecordParser.newFixed(Integer.BYTES);
    parser.handler(
        piece -> {
          if (body) {
            received(piece);
            parser.fixedSizeMode(Integer.BYTES);
          } else {
            parser.fixedSizeMode(piece.getInt(0));
          }
          body = !body;
        });
    socket.handler(parser);
    socket.closeHandler(closed -> ended());
  }

  /** Opens a session; fails while the ensemble has no leader. */
  static Future<ZooKeeperConnection> open(Vertx vertx, int port) {
    return vertx
        .createNetClient(new NetClientOptions().setTcpNoDelay(true))
        .connect(port, "127.0.0.1")
        .compose(
            socket -> {
              ZooKeeperConnection connection = new ZooKeeperConnection(vertx, socket);
              Buffer hello = Buffer.buffer().appendInt(0).appendLong(0).appendInt(TIMEOUT_MS);
              hello.appendLong(0).appendInt(16).appendBytes(new byte[16]).appendByte((byte) 0);
              connection.send(hello);
              return connection.opened.future();
            });
  }

  private void received(Buffer message) {
    if (!greeted) {
      greeted = true;
      pinger =
          vertx.setPeriodic(
              TIMEOUT_MS / 3, timer -> send(Buffer.buffer().appendInt(PING_XID).appendInt(PING)));
      opened.complete(this);
      return;
    }
    int xid = message.getInt(0);
    if (xid == PING_XID) {
      return;
    }
    Waiting next = waiting.poll();
    int error = message.getInt(12);
    if (next == null || next.xid() != xid) {
      socket.close();
    } else {
      next.promise().complete(error == 0 || error == NODE_EXISTS);
    }
  }

  /** Runs once when the connection is lost. */
  void onLost(Runnable then) {
    lost = then;
  }

  private void ended() {
    closed = true;
    vertx.cancelTimer(pinger);
    opened.tryFail(new IOException("ZooKeeper closed the connection"));
    Waiting next = waiting.poll();
    while (next != null) {
      next.promise().complete(false);
      next = waiting.poll();
    }
    lost.run();
  }

  /** Makes an empty node that everyone may write; one that is there is good too. */
  Future<Boolean> create(String path) {
    Buffer request = text(Buffer.buffer(), path).appendInt(0);
    request.appendInt(1).appendInt(31);
    text(text(request, "world"), "anyone").appendInt(0);
    return ask(CREATE, request);
  }

  Future<Boolean> setData(String path, byte[] value) {
    Buffer request = text(Buffer.buffer(path.length() + value.length + 16), path);
    return ask(SET_DATA, request.appendInt(value.length).appendBytes(value).appendInt(-1));
  }

  private static Buffer text(Buffer to, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return to.appendInt(bytes.length).appendBytes(bytes);
  }

  private Future<Boolean> ask(int type, Buffer request) {
    Promise<Boolean> promise = Promise.promise();
    vertx.runOnContext(
        turn -> {
          if (closed) {
            vertx.setTimer(LOST_MS, timer -> promise.complete(false));
            return;
          }
          int xid = nextXid++;
          waiting.add(new Waiting(xid, promise));
          send(Buffer.buffer().appendInt(xid).appendInt(type).appendBuffer(request));
        });
    return promise.future();
  }

  private void send(Buffer message) {
    if (out.length() == 0) {
      vertx.runOnContext(
          turn -> {
            Buffer all = out;
            out = Buffer.buffer();
            if (!closed) {
              socket.write(all);
            }
          });
    }
    out.appendInt(message.length()).appendBuffer(message);
  }

  void close() {
    lost = () -> {};
    socket.close();
  }
}
