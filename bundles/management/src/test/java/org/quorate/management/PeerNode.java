package org.quorate.management;

import java.nio.file.Path;
import org.quorate.runtime.config.ConfigReader;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.runtime.node.QuorateNode;
import org.quorate.runtime.node.Services;

/** A node without groups that meets others. */
final class PeerNode implements AutoCloseable {
  private final QuorateNode node;

  PeerNode(Path directory, String name, int peer, int client, String more) throws Exception {
    String text =
        """
        node: {id: %s}
        cluster: {name: test}
        listen: {peer: "127.0.0.1:%d", client: "127.0.0.1:%d"}
        %s
        """
            .formatted(name, peer, client, more);
    node =
        new QuorateNode(
            ConfigReader.parse("node.yaml", text, NodeParameters.all()).withDataDir(directory),
            new Services(),
            (why, cause) -> {});
    node.start();
  }

  boolean connected() {
    return node.control().node().peers().stream().anyMatch(p -> p.state().equals("CONNECTED"));
  }

  @Override
  public void close() {
    node.close();
  }
}
