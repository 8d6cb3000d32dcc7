package org.quorate.runtime.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quorate.api.NodeId;

class ConfigReaderTest {
  private static final String GOOD =
      """
      node: {id: n1}
      cluster: {name: demo}
      data: {dir: /data}
      peers:
        - {id: n1, peer: "127.0.0.1:7101", client: "127.0.0.1:7201"}
        - {id: n2, peer: "127.0.0.1:7102", client: "127.0.0.1:7202"}
      groups:
        - name: main
          options: {raft.election.ms: 800}
      parameters:
        tick.ms: 20
      """;

  private static NodeConfig parse(String text) {
    return ConfigReader.parse("node.yaml", text, NodeParameters.all());
  }

  private static String refused(String text) {
    return assertThrows(ConfigException.class, () -> parse(text)).getMessage();
  }

  @Test
  void aGoodFileIsUnderstood() {
    NodeConfig config = parse(GOOD);
    assertEquals(NodeId.of("n1"), config.node());
    assertEquals("demo", config.cluster());
    assertEquals(Path.of("/data"), config.dataDir());
    assertEquals(Map.of("peer", "127.0.0.1:7101", "client", "127.0.0.1:7201"), config.listen());
    assertEquals("127.0.0.1:7202", config.peers().get(NodeId.of("n2")).client());
    assertEquals(Map.of("raft.election.ms", "800"), config.groups().get(0).options());
    assertEquals("journal", config.groups().get(0).log());
    assertEquals(Map.of("tick.ms", "20"), config.parameters());
  }

  @Test
  void coordinatorsHaveNamesOfTheirOwn() {
    String zk = "{provider: zookeeper, options: {coordinator.zk.connect: \"zk:2181\"}}";
    NodeConfig config = parse(GOOD + "coordinators: [" + zk + "]\n");
    NodeConfig.CoordinatorSpec only = config.coordinators().get(0);
    assertEquals("zookeeper", only.name());
    assertEquals(Map.of("coordinator.zk.connect", "zk:2181"), only.options());
    assertEquals("zookeeper", config.flat().get("coordinators.zookeeper"));
    String twice = refused(GOOD + "coordinators: [" + zk + ", " + zk + "]\n");
    assertTrue(twice.contains("coordinator 'zookeeper' is listed twice"), twice);
    String reserved = refused(GOOD + "coordinators: [{name: native, provider: x}]\n");
    assertTrue(reserved.contains("'native' is no name of a coordinator"), reserved);
    assertTrue(refused(GOOD + "coordinators: [{name: x}]\n").contains("'provider' is missing"));
  }

  @Test
  void failoverRegistriesNameTheirCoordinator() {
    String orders =
        "{name: orders, coordinator: \"native:main\", root: orders/fo, capacity: 2,"
            + " options: {fo.hb.ms: 500}}";
    NodeConfig config = parse(GOOD + "failover: [" + orders + "]\n");
    NodeConfig.RegistrySpec only = config.registries().get(0);
    assertEquals(
        new NodeConfig.RegistrySpec(
            "orders", "native:main", "orders/fo", "", "2", Map.of("fo.hb.ms", "500")),
        only);
    assertEquals("native:main", config.flat().get("failover.orders"));
    String twice = refused(GOOD + "failover: [" + orders + ", " + orders + "]\n");
    assertTrue(twice.contains("failover registry 'orders' is listed twice"), twice);
    assertTrue(refused(GOOD + "failover: [{name: x}]\n").contains("'coordinator' is missing"));
  }

  @Test
  void jsonIsUnderstoodToo() {
    String json =
        """
        {"node": {"id": "n1"}, "cluster": {"name": "demo"},
         "listen": {"peer": "[::1]:0", "client": "127.0.0.1:1"}, "auth": {"token": "secret"}}
        """;
    NodeConfig config = ConfigReader.parse("node.json", json, NodeParameters.all());
    assertEquals("secret", config.auth().token());
    assertTrue(config.flat().get("auth.token").equals("(set)"));
  }

  @Test
  void anUnknownKeyIsNamedWithItsPlaceAndWhatIsAllowed() {
    assertEquals(
        "node.yaml:2:11: cluster.nmae: unknown key, allowed here are name",
        refused("node: {id: n1}\ncluster: {nmae: x}\n"));
    String top = refused(GOOD + "colour: red\n");
    assertTrue(top.startsWith("node.yaml:12:1: colour: unknown key, allowed here are node,"), top);
  }

  @Test
  void aBadValueIsNamedWithItsRange() {
    assertEquals(
        "node.yaml:11:3: parameters.tick.ms: tick.ms: '2000' is out of range, allowed are 5 to 100"
            + " ms",
        refused(GOOD.replace("tick.ms: 20", "tick.ms: 2000")));
    assertEquals(
        "node.yaml:11:3: parameters.tik.ms: unknown parameter 'tik.ms'; did you mean tick.ms?",
        refused(GOOD.replace("tick.ms", "tik.ms")));
    assertEquals(
        "node.yaml:12:1: loops: '99' is out of range, allowed are 1 to 64",
        refused(GOOD + "loops: 99\n"));
    assertEquals(
        "node.yaml:12:1: insecure: 'yes please' must be true or false",
        refused(GOOD + "insecure: yes please\n"));
    assertEquals(
        "node.yaml:12:10: listen.http: '127.0.0.1:70000' is not host:port with a port from 0 to"
            + " 65535",
        refused(GOOD + "listen: {http: \"127.0.0.1:70000\"}\n"));
    assertTrue(refused(GOOD.replace("id: n1}\nc", "id: \"n 1\"}\nc")).contains("node name 'n 1'"));
  }

  @Test
  void whatIsMissingIsNamed() {
    assertEquals("node.yaml:1:1: the key 'node' is missing", refused("cluster: {name: x}\n"));
    assertEquals(
        "node.yaml:2:1: cluster: the key 'name' is missing",
        refused("node: {id: n1}\ncluster: {}\n"));
    assertEquals(
        "node.yaml: listen.peer is missing, and 'peers' does not have this node either",
        refused("node: {id: n1}\ncluster: {name: x}\n"));
    assertEquals("node.yaml: is empty", refused(""));
    assertEquals(
        "/no/such/file: there is no such file",
        assertThrows(
                ConfigException.class,
                () -> ConfigReader.read(Path.of("/no/such/file"), NodeParameters.all()))
            .getMessage());
  }

  @Test
  void whatDoesNotParseIsNamedWithItsPlace() {
    String message = refused("node: {id: n1}\ncluster: [name\n");
    assertTrue(message.startsWith("node.yaml:2:15: does not parse: "), message);
    assertTrue(refused("node: n1\n" + GOOD).contains("Duplicate field 'node'"));
    assertEquals("node.yaml:1:1: must hold keys and values", refused("just text"));
  }

  @Test
  void listsDoNotNameThingsTwice() {
    assertEquals(
        "node.yaml:6:5: peers[1]: node 'n1' is listed twice",
        refused(GOOD.replace("id: n2, p", "id: n1, p")));
    assertEquals(
        "node.yaml:10:5: groups[1]: group 'main' is listed twice",
        refused(GOOD.replace("parameters:", "  - name: main\nparameters:")));
  }

  @Test
  void listenersHavePortsOfTheirOwn() {
    assertEquals(
        "node.yaml:12:1: listen: listen.client and listen.http have the same address,"
            + " 127.0.0.1:7201: give each its own port",
        refused(GOOD + "listen: {http: \"127.0.0.1:7201\"}\n"));
    assertEquals(
        "node.yaml: listen.client and listen.peer have the same address,"
            + " 127.0.0.1:7101: give each its own port",
        refused(GOOD.replace("7201", "7101")));
    parse(GOOD + "listen: {http: \"127.0.0.1:0\", bridge: \"127.0.0.1:0\"}\n");
  }

  @Test
  void anotherAddressThanLoopbackNeedsProtection() {
    String open = GOOD + "listen: {client: \"0.0.0.0:7201\"}\n";
    assertEquals(
        "node.yaml:12:1: listen: listen.client 0.0.0.0:7201 is not a loopback address: set tls and"
            + " auth.token or auth.users, or insecure: true",
        refused(open));
    assertEquals("0.0.0.0:7201", parse(open + "insecure: true\n").listen().get("client"));
    assertTrue(refused(open + "auth: {token: x}\n").contains("set tls and auth.token"));
  }

  @Test
  void nothingMayBeDeployedUntilItIsSaidByWhom() {
    String node =
        """
        node: {id: n1}
        cluster: {name: c}
        listen: {peer: "127.0.0.1:1", client: "127.0.0.1:2"}
        """;
    assertTrue(!ConfigReader.parse("n.yaml", node, List.of()).deploy().any());
    String deploy = "deploy: {allow: \"/nowhere/allow.txt\"}\n";
    assertTrue(refused(node + deploy).contains("deploying runs code: it wants auth.token"));
    assertTrue(refused(node + "auth: {token: x}\n" + deploy).contains("no readable file"));
  }
}
