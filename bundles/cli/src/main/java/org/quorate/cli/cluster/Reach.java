package org.quorate.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.management.Json;

/**
 * How the nodes of a cluster are reached, wherever they run.
 *
 * @param ca PEM file of the authority of their certificates, empty for plain connections
 * @param token what they want to see: a token or {@code name:password}; empty for nothing
 */
public record Reach(List<Place> nodes, String ca, String token) {
  /**
   * A node.
   *
   * @param client host:port of its client port
   * @param http host:port of its management
   */
  public record Place(String name, String client, String http) {}

  public Reach {
    nodes = nodes == null ? List.of() : List.copyOf(nodes);
    ca = ca == null ? "" : ca;
    token = token == null ? "" : token;
  }

  /** A cluster of 'quorate up'. */
  public static Reach of(ClusterFile cluster) {
    return new Reach(cluster.nodes().stream().map(Reach::place).toList(), "", "");
  }

  static Place place(ClusterFile.NodeEntry node) {
    return new Place(node.name(), "127.0.0.1:" + node.clientPort(), "127.0.0.1:" + node.httpPort());
  }

  /**
   * Reads a YAML or JSON file: {@code nodes: [{name, client, http}]}, and if wanted {@code ca} and
   * {@code token}.
   *
   * @throws CliException naming what is wrong with it
   */
  public static Reach read(Path file) {
    try {
      JsonNode tree = new ObjectMapper(new YAMLFactory()).readTree(Files.readString(file));
      Reach reach = Json.as(tree, Reach.class);
      if (reach == null || reach.nodes().isEmpty()) {
        throw new IllegalArgumentException("it lists no nodes");
      }
      for (Place node : reach.nodes()) {
        for (String address : new String[] {node.client(), node.http()}) {
          if (node.name() == null || address == null || !address.matches(".+:\\d{1,5}")) {
            throw new IllegalArgumentException(
                "node " + node.name() + " wants name, client and http, as host:port");
          }
        }
      }
      if (reach.ca().isEmpty()) {
        return reach;
      }
      Path ca = file.toAbsolutePath().getParent().resolve(reach.ca());
      return new Reach(reach.nodes(), ca.toString(), reach.token());
    } catch (NoSuchFileException e) {
      throw new CliException(
          ExitCode.USAGE, "there is no cluster file " + file, "check the name", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new CliException(
          ExitCode.USAGE,
          "cannot use the cluster file " + file + ": " + e.getMessage(),
          "write it as 'nodes: [{name: n1, client: \"host:port\", http: \"host:port\"}]', and if"
              + " wanted 'ca: FILE', 'token: TOKEN'",
          e);
    }
  }

  /** The same with what was given; null keeps what is there. */
  public Reach with(String givenCa, String givenToken) {
    return new Reach(
        nodes, givenCa == null ? ca : givenCa, givenToken == null ? token : givenToken);
  }

  /**
   * A node by name.
   *
   * @throws CliException if there is none
   */
  public Place node(String name) {
    return nodes.stream()
        .filter(n -> n.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new CliException(
                    ExitCode.USAGE,
                    "no node '" + name + "' in this cluster",
                    "one of: " + String.join(", ", nodes.stream().map(Place::name).toList())));
  }
}
