package org.quorate.cli.bench.peer;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.client.net.VertxFactory;

/** ZooKeeper from a folder of its jars; setData over 4,096 nodes, each write synced (its default). */
final class ZooKeeperPeer implements Peer {
  private static final int NODES = 4096;
  private static final int UP_S = 60;
  private static final int AGAIN_MS = 500;

  private final ZooKeeperServers servers;
  private final Vertx vertx = VertxFactory.create(1, 1);
  private final List<ZooKeeperConnection> connections = new CopyOnWriteArrayList<>();
  private final String name;
  private final byte[] value;
  private volatile boolean closed;

  ZooKeeperPeer(Path directory, Path data, int clients, int valueBytes)
      throws IOException, InterruptedException {
    name = name(directory);
    value = new byte[valueBytes];
    new Random(1).nextBytes(value);
    servers = new ZooKeeperServers(directory.resolve("*").toString(), data);
    try {
      connect(servers.ports(), clients);
      for (int i = 0; i < NODES; i++) {
        await(connections.get(0).create("/n" + i));
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private static String name(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.matches("zookeeper-\\d.*\\.jar"))
          .map(file -> file.substring(0, file.length() - ".jar".length()))
          .findFirst()
          .orElseThrow(
              () ->
                  new CliException(
                      ExitCode.USAGE,
                      "no zookeeper-VERSION.jar in " + directory,
                      "fetch it with: mvn -q -f cnf/peers/zookeeper.xml"
                          + " dependency:copy-dependencies -DoutputDirectory=DIR"));
    }
  }

  /** The connections go round the three servers, as those of its own client would. */
  private void connect(List<Integer> ports, int clients) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(UP_S);
    while (connections.size() < clients) {
      servers.check(name);
      int port = ports.get(connections.size() % 3);
      try {
        ZooKeeperConnection opened = await(ZooKeeperConnection.open(vertx, port));
        watch(opened, connections.size(), port);
        connections.add(opened);
      } catch (CliException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
  }

  /** A server that loses its leader closes its sessions: what is lost is opened again. */
  private void watch(ZooKeeperConnection connection, int at, int port) {
    connection.onLost(() -> vertx.setTimer(AGAIN_MS, timer -> again(at, port)));
  }

  private void again(int at, int port) {
    if (closed) {
      return;
    }
    ZooKeeperConnection.open(vertx, port)
        .onComplete(
            opened -> {
              watch(opened, at, port);
              connections.set(at, opened);
            },
            why -> vertx.setTimer(AGAIN_MS, timer -> again(at, port)));
  }

  private <T> T await(Future<T> future) throws InterruptedException {
    try {
      return future.toCompletionStage().toCompletableFuture().get(UP_S, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new CliException(
          ExitCode.FAILED, name + " does not answer: " + e, "see whether the machine is busy", e);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Future<Boolean> put(int lane, long number) {
    return connections
        .get(lane % connections.size())
        .setData("/n" + ((lane * 31L + number) & (NODES - 1)), value);
  }

  @Override
  public void close() {
    closed = true;
    connections.forEach(ZooKeeperConnection::close);
    vertx.close();
    servers.close();
  }
}
