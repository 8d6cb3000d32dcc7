package org.quorate.management;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.quorate.runtime.config.ConfigReader;
import org.quorate.runtime.config.NodeConfig;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.runtime.node.QuorateNode;
import org.quorate.runtime.node.Services;
import org.quorate.spi.config.Parameter;
import org.quorate.tck.net.FreePorts;

/** A node in this process, with its management surfaces on free ports. */
final class TestNode implements AutoCloseable {
  final QuorateNode node;
  final ManagementServer server;
  final int bridgePort;
  final List<String> stops = new ArrayList<>();

  TestNode(Path directory, String token) throws Exception {
    this(directory, "auth: {token: \"" + token + "\"}\n", new Services());
  }

  /** With further lines of the node's file. */
  TestNode(Path directory, String more, Services services) throws Exception {
    List<Integer> ports = FreePorts.take(3);
    bridgePort = ports.get(2);
    String text =
        """
        node: {id: n1}
        cluster: {name: test}
        listen: {peer: "127.0.0.1:%d", client: "127.0.0.1:%d"}
        %s
        """
            .formatted(ports.get(0), ports.get(1), more);
    List<Parameter> known = new ArrayList<>(NodeParameters.all());
    known.addAll(services.nodeParameters());
    NodeConfig config = ConfigReader.parse("node.yaml", text, known).withDataDir(directory);
    node = new QuorateNode(config, services, (why, cause) -> stops.add(why));
    node.start();
    server =
        new ManagementServer(
            node.vertx(),
            node.control(),
            new ManagementConfig(
                "127.0.0.1:0",
                "127.0.0.1:" + bridgePort,
                config.tls() == null ? null : config.tls().certificate(),
                config.tls() == null ? null : config.tls().key(),
                new AccessControl(node.control()::authenticate)),
            () -> stops.add("stop"));
    server.start().toCompletionStage().toCompletableFuture().get();
  }

  /** host:port of the client port. */
  String clientAddress() {
    return node.config().listen().get("client");
  }

  @Override
  public void close() throws Exception {
    server.close().toCompletionStage().toCompletableFuture().get();
    node.close();
  }
}
