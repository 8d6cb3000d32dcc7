package org.quorate.runtime.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP proxy on loopback whose connections can be cut at any moment. */
public final class CuttingProxy implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  public CuttingProxy(int target) {
    this.target = target;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    start("accept", this::accept);
  }

  public int port() {
    return server.getLocalPort();
  }

  int target() {
    return target;
  }

  /** How many go through it now. */
  public int connections() {
    return (open.size() + 1) / 2;
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, "proxy-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        open.add(near);
        Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(far);
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        start("up", () -> copy(near, far));
        start("down", () -> copy(far, near));
      } catch (IOException e) {
        cut();
      }
    }
  }

  private void copy(Socket from, Socket to) {
    byte[] chunk = new byte[8192];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        out.write(chunk, 0, n);
      }
    } catch (IOException expected) {
      // Cut, or closed by one side: the other is closed too.
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  /** Closes all connections of this moment. */
  public void cut() {
    for (Socket socket : open) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    cut();
  }
}
