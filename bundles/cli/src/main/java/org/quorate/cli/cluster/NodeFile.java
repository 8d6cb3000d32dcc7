package org.quorate.cli.cluster;

import java.util.List;

/** Writes the configuration file of a node of a cluster on this machine. */
final class NodeFile {
  private NodeFile() {}

  /**
   * The text of the file.
   *
   * @param groups names of the groups that the bootstrap makes
   */
  static String yaml(
      ClusterFile cluster, ClusterFile.NodeEntry node, List<String> groups, Layout layout) {
    StringBuilder out = new StringBuilder();
    out.append("# Written by 'quorate up'; changes take effect when the node starts again.\n");
    out.append("node: {id: ").append(node.name()).append("}\n");
    out.append("cluster: {name: ").append(cluster.name()).append("}\n");
    out.append("listen:\n");
    out.append("  peer: ").append(address(node.peerPort())).append('\n');
    out.append("  client: ").append(address(node.clientPort())).append('\n');
    out.append("  http: ").append(address(node.httpPort())).append('\n');
    out.append("  bridge: ").append(address(node.bridgePort())).append('\n');
    out.append("peers:\n");
    for (ClusterFile.NodeEntry peer : cluster.nodes()) {
      out.append("  - {id: ").append(peer.name());
      out.append(", peer: \"").append(address(peer.peerPort()));
      out.append("\", client: \"").append(address(peer.clientPort())).append("\"}\n");
    }
    out.append("groups:\n");
    for (String group : groups) {
      out.append("  - {name: ").append(group);
      out.append(", strategy: ").append(layout.strategy());
      out.append(", storage: ").append(layout.storage());
      out.append(", log: ").append(layout.log()).append("}\n");
    }
    return out.toString();
  }

  /** How the groups of the bootstrap are made. */
  record Layout(String strategy, String storage, String log) {}

  private static String address(int port) {
    return "127.0.0.1:" + port;
  }
}
