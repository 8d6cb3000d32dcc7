package org.quorate.itest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.tck.net.FreePorts;

/** A node by itself in the Felix of this process, on ports that are free. */
final class OneNode {
  private static final int BOOTSTRAP_S = 60;

  private final List<Integer> ports = FreePorts.take(2);
  private final Path file;

  /**
   * Writes its file.
   *
   * @param groups as YAML: {@code [{name: main}]}
   * @param parameters as YAML: {@code {client.watches.max: 77}}
   */
  OneNode(String groups, String parameters) {
    this(groups, parameters, "[]", "[]");
  }

  /**
   * The same with coordinators and failover registries as YAML: {@code [{provider: zookeeper}]}, {@code
   * [{coordinator: "native:main"}]}.
   */
  OneNode(String groups, String parameters, String coordinators, String registries) {
    try {
      file = Files.createTempFile("quorate-node", ".yaml");
      file.toFile().deleteOnExit();
      Files.writeString(
          file,
          """
          node: {id: n1}
          cluster: {name: alone}
          listen: {peer: "127.0.0.1:%d", client: "127.0.0.1:%d"}
          groups: %s
          parameters: %s
          coordinators: %s
          failover: %s
          """
              .formatted(ports.get(0), ports.get(1), groups, parameters, coordinators, registries));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The framework that it runs in. */
  FelixContainer container() {
    return new FelixContainer().with("quorate.config", file.toString());
  }

  QuorateClient connect() {
    return QuorateClient.connect(ClientOptions.of("127.0.0.1:" + ports.get(1)));
  }

  /** Makes the groups that are not there yet; answers their names. */
  static List<String> bootstrap(QuorateClient client) throws Exception {
    return client
        .bootstrap()
        .toCompletionStage()
        .toCompletableFuture()
        .get(BOOTSTRAP_S, TimeUnit.SECONDS);
  }
}
