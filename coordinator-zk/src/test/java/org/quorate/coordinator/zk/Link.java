package org.quorate.coordinator.zk;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.ZooDefs.OpCode;

/**
 * A way to a ZooKeeper server, over loopback, that can stand still and be cut. It knows ZooKeeper's
 * frames: what a client asks is passed on as a whole or not at all.
 */
final class Link implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final ServerSocket server;
  private volatile int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  // Guarded by this.
  private Set<Integer> stopAt = Set.of();
  private boolean requestsStand;
  private boolean answersStand;
  private boolean refuses;
  private int requests;
  private int newSessions;

  Link(int target) throws IOException {
    this.target = target;
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** The server is another one, or the same at another port. */
  void leadTo(int port) {
    target = port;
  }

  /** Nothing reaches the server any more from the next request of such a type on. */
  synchronized void stopAt(Integer... types) {
    stopAt = Set.of(types);
  }

  synchronized void awaitStop() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!requestsStand) {
      if (System.nanoTime() > end) {
        throw new AssertionError("no such request came");
      }
      wait(100);
    }
  }

  /** What the server does is not heard of. */
  synchronized void holdAnswers() {
    answersStand = true;
  }

  /** Ends all connections; there are no new ones. */
  void cut() {
    synchronized (this) {
      refuses = true;
    }
    open.forEach(Link::close);
  }

  /** All is passed on again. */
  synchronized void goOn() {
    stopAt = Set.of();
    requestsStand = false;
    answersStand = false;
    refuses = false;
    notifyAll();
  }

  /** What was asked for so far, without signs of life. */
  synchronized int requests() {
    return requests;
  }

  /** Sessions with the servers that were begun so far. */
  synchronized int newSessions() {
    return newSessions;
  }

  /** The first frame: the session's id, behind version, zxid and timeout, is 0 for a new one. */
  private synchronized void connects(byte[] frame) {
    newSessions += ByteBuffer.wrap(frame).getLong(16) == 0 ? 1 : 0;
  }

  private synchronized void passRequest(int type) throws InterruptedException {
    requests += type == OpCode.ping ? 0 : 1;
    if (stopAt.contains(type)) {
      requestsStand = true;
      notifyAll();
    }
    while (requestsStand && !server.isClosed()) {
      wait(100);
    }
  }

  private synchronized void passAnswer() throws InterruptedException {
    while (answersStand && !server.isClosed()) {
      wait(100);
    }
  }

  private synchronized boolean refuses() {
    return refuses;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        if (refuses()) {
          near.close();
          continue;
        }
        Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        open.add(near);
        open.add(far);
        start(() -> copy(near, far, true));
        start(() -> copy(far, near, false));
      } catch (IOException e) {
        continue; // closed, or the server is gone
      }
    }
  }

  private static void start(Runnable run) {
    Thread thread = new Thread(run, "link");
    thread.setDaemon(true);
    thread.start();
  }

  private void copy(Socket from, Socket to, boolean up) {
    try {
      DataInputStream in = new DataInputStream(from.getInputStream());
      DataOutputStream out = new DataOutputStream(to.getOutputStream());
      boolean connecting = true;
      while (true) {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        if (!up) {
          passAnswer();
        } else if (connecting) {
          passRequest(OpCode.createSession);
          connects(frame);
        } else {
          passRequest(ByteBuffer.wrap(frame).getInt(4));
        }
        connecting = false;
        ByteBuffer whole = ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame);
        out.write(whole.array());
        out.flush();
      }
    } catch (IOException | InterruptedException over) {
      close(from);
      close(to);
      open.remove(from);
      open.remove(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
    goOn();
  }
}
