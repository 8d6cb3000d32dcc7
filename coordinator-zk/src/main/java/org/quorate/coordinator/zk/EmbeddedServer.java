package org.quorate.coordinator.zk;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/** One ZooKeeper server inside of this process, on the loopback interface alone. */
final class EmbeddedServer implements AutoCloseable {
  private static final int TICK_MS = 500;

  private static final int KEPT_SNAPSHOTS = 3;

  private final ServerCnxnFactory connections;
  private final DatadirCleanupManager cleaner;
  private final ZooKeeperServer server;

  /**
   * Starts it.
   *
   * @param port 0 for any that is free
   */
  EmbeddedServer(Path folder, int port) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    File files = folder.toFile();
    server = new ZooKeeperServer(files, files, TICK_MS);
    server.setMaxSessionTimeout(120_000);
    connections = new NIOServerCnxnFactory();
    connections.configure(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0, -1, false);
    connections.startup(server);
    cleaner = new DatadirCleanupManager(files, files, KEPT_SNAPSHOTS, 1);
    cleaner.start();
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
  }
}
