package org.quorate.coordinator.zk;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;

/** One ZooKeeper server inside of this process, on the loopback interface alone. */
final class EmbeddedServer implements AutoCloseable {
  private static final int TICK_MS = 500;

  private static final int KEPT_SNAPSHOTS = 3;

  private static final String LOCK = "lock";

  private final FileChannel lock;
  private final ServerCnxnFactory connections;
  private final DatadirCleanupManager cleaner;
  private final ZooKeeperServer server;

  /**
   * Starts it; fails with UNAVAILABLE if another server has the folder, of which it would know nothing.
   *
   * @param port 0 for any that is free
   */
  EmbeddedServer(Path folder, int port) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    lock = lock(folder);
    ServerCnxnFactory opening = new NIOServerCnxnFactory();
    try {
      File files = folder.toFile();
      server = new ZooKeeperServer(files, files, TICK_MS);
      server.setMaxSessionTimeout(120_000);
      connections = opening;
      connections.configure(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0, -1, false);
      connections.startup(server);
      cleaner = new DatadirCleanupManager(files, files, KEPT_SNAPSHOTS, 1);
      cleaner.start();
    } catch (IOException | InterruptedException | RuntimeException e) {
      opening.shutdown(); // its port and threads, if it came so far
      lock.close();
      throw e;
    }
  }

  /** Holds the folder until it is closed; the file stays. */
  private static FileChannel lock(Path folder) throws IOException {
    FileChannel file =
        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (file.tryLock() != null) {
        return file;
      }
    } catch (OverlappingFileLockException e) {
      // Held in this process: the same to who asks.
    } catch (IOException e) {
      file.close();
      throw e;
    }
    file.close();
    throw new CoordinationException(
        Code.UNAVAILABLE,
        "another ZooKeeper server has its data in "
            + folder
            + ": reach that one by coordinator.zk.connect, or choose another coordinator.zk.dir");
  }

  int port() {
    return connections.getLocalPort();
  }

  String address() {
    return connections.getLocalAddress().getAddress().getHostAddress() + ":" + port();
  }

  @Override
  public void close() {
    cleaner.shutdown();
    connections.shutdown();
    server.shutdown(true);
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
