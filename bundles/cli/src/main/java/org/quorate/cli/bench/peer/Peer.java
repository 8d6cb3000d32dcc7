package org.quorate.cli.bench.peer;

import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;

/** Three processes of another system on loopback, and writes to them. */
public interface Peer extends AutoCloseable {
  /** Name and version, as far as they tell. */
  String name();

  /** One request and one reply; whether it was done. */
  Future<Boolean> put(int lane, long number);

  /** Ends connections and processes. */
  @Override
  void close();

  /**
   * Starts a peer.
   *
   * @param what zookeeper or etcd
   * @param directory of its jars, or of its program
   * @param data where its data lives, empty
   * @param clients connections that share the load
   * @throws CliException if it is not there or does not come up
   */
  static Peer start(String what, Path directory, Path data, int clients, int valueBytes)
      throws IOException, InterruptedException {
    if (!Files.isDirectory(directory)) {
      throw new CliException(
          ExitCode.USAGE,
          "there is no folder " + directory,
          "docs/performance.md says how to get the peers");
    }
    return switch (what) {
      case "zookeeper" -> new ZooKeeperPeer(directory, data, clients, valueBytes);
      case "etcd" -> new EtcdPeer(directory, data, clients, valueBytes);
      default ->
          throw new CliException(
              ExitCode.USAGE, "no peer '" + what + "'", "--peer zookeeper=DIR or etcd=DIR");
    };
  }
}
