package org.quorate.coordinator.zk;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;

/** Runs one ZooKeeper server, and ends with the process that holds the other end of its input. */
final class ServerProcess {
  private ServerProcess() {}

  public static void main(String[] args) {
    Thread parent =
        new Thread(
            () -> {
              try {
                System.in.transferTo(OutputStream.nullOutputStream());
              } catch (IOException gone) {
                Runtime.getRuntime().halt(2);
              }
              Runtime.getRuntime().halt(1);
            });
    parent.setDaemon(true);
    parent.start();
    QuorumPeerMain.main(args);
  }
}
