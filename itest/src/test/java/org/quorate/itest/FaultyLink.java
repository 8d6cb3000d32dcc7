package org.quorate.itest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The way of one node's connections to another, as a process in between that can hold bytes back in
 * either direction: for the two nodes that is a network that swallows packets, since nothing is
 * closed and nothing refused. What was held goes on when the way is open again, as TCP would resend.
 */
final class FaultyLink implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private boolean thereOpen = true;
  private boolean backOpen = true;
  private long delayMs;

  /** A way to a port of this machine. */
  FaultyLink(int target) throws IOException {
    this.target = target;
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Whether bytes reach the target, and whether they come back. */
  synchronized void pass(boolean there, boolean back) {
    thereOpen = there;
    backOpen = back;
    notifyAll();
  }

  /** Every chunk takes so much longer. */
  synchronized void delay(long ms) {
    delayMs = ms;
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "faulty-link");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        open.add(near);
        try {
          Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
          open.add(far);
          start(() -> copy(near, far, true));
          start(() -> copy(far, near, false));
        } catch (IOException e) {
          near.close(); // nobody listens there: the dialler is told so
        }
      } catch (IOException e) {
        if (!server.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void copy(Socket from, Socket to, boolean there) {
    byte[] chunk = new byte[16 << 10];
    try (from;
        to) {
      from.setTcpNoDelay(true);
      to.setTcpNoDelay(true);
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        hold(there);
        out.write(chunk, 0, n);
      }
    } catch (IOException | InterruptedException expected) {
      // One side has closed: the other is closed too.
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private void hold(boolean there) throws InterruptedException {
    long pause;
    synchronized (this) {
      while (!(there ? thereOpen : backOpen)) {
        wait();
      }
      pause = delayMs;
    }
    if (pause > 0) {
      new CountDownLatch(1).await(pause, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    pass(true, true);
    for (Socket socket : open) {
      socket.close();
    }
  }
}
