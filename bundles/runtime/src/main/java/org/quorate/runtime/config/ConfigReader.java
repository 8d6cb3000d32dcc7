package org.quorate.runtime.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.assembly.Trust;
import org.quorate.core.config.ParameterException;
import org.quorate.core.config.ParameterRegistry;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.api.MemberSpec;
import org.quorate.runtime.peer.NodeAddress;
import org.quorate.spi.config.Parameter;

/**
 * Reads a node's file. Whatever is not understood is refused with file, line, column and key, and
 * with what would be allowed.
 */
public final class ConfigReader {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,63}");

  private final String file;
  private final List<Parameter> parameters;

  private ConfigReader(String file, List<Parameter> parameters) {
    this.file = file;
    this.parameters = parameters;
  }

  /**
   * Reads a file.
   *
   * @param parameters node-wide parameters that may be set
   * @throws ConfigException if it is not there or anything in it is refused
   */
  public static NodeConfig read(Path file, List<Parameter> parameters) {
    try {
      return parse(file.toString(), Files.readString(file), parameters);
    } catch (java.nio.file.NoSuchFileException e) {
      throw new ConfigException(file + ": there is no such file");
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read: " + e.getMessage());
    }
  }

  /** Reads text; the file's name decides the format and is shown in messages. */
  public static NodeConfig parse(String file, String content, List<Parameter> parameters) {
    return new ConfigReader(file, parameters).node(Entry.parse(file, content));
  }

  private NodeConfig node(Entry root) {
    Map<String, Entry> top =
        root.fields(
            "node",
            "cluster",
            "data",
            "listen",
            "advertise",
            "auth",
            "deploy",
            "tls",
            "insecure",
            "loops",
            "peers",
            "groups",
            "parameters",
            "coordinators",
            "failover");
    NodeId node = nodeId(need(need(top, root, "node").fields("id"), top.get("node"), "id"));
    Entry cluster = need(top, root, "cluster");
    String name = need(cluster.fields("name"), cluster, "name").text();
    Map<NodeId, NodeAddress> peers = peers(top.get("peers"));
    Map<String, String> listen = listen(top.get("listen"), peers.get(node));
    boolean insecure = top.containsKey("insecure") && top.get("insecure").flag();
    NodeConfig.Auth auth = auth(top.get("auth"));
    NodeConfig.TlsFiles tls = tls(top.get("tls"));
    if (!insecure) {
      guard(listen, top.get("listen"), tls != null && auth.required());
    }
    return new NodeConfig(
        node,
        name,
        dataDir(top.get("data")),
        listen,
        advertise(top.get("advertise"), listen),
        auth,
        deploy(top.get("deploy"), auth),
        tls,
        insecure,
        top.containsKey("loops") ? top.get("loops").number(1, 64) : defaultLoops(),
        peers,
        groups(top.get("groups")),
        parameters(top.get("parameters")),
        coordinators(top.get("coordinators")),
        registries(top.get("failover")));
  }

  private static int defaultLoops() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  private static Entry need(Map<String, Entry> fields, Entry parent, String name) {
    Entry field = fields.get(name);
    if (field == null) {
      throw parent.error("the key '" + name + "' is missing");
    }
    return field;
  }

  private static NodeId nodeId(Entry entry) {
    try {
      return NodeId.of(entry.text());
    } catch (IllegalArgumentException e) {
      throw entry.error(e.getMessage());
    }
  }

  private static Path dataDir(Entry data) {
    if (data == null) {
      return null;
    }
    return Path.of(need(data.fields("dir"), data, "dir").text());
  }

  private Map<String, String> listen(Entry entry, NodeAddress self) {
    Map<String, String> listen = new TreeMap<>();
    if (self != null) {
      listen.put("peer", self.peer());
      listen.put("client", self.client());
    }
    if (entry != null) {
      entry
          .fields("peer", "client", "http", "bridge")
          .forEach((name, value) -> listen.put(name, value.address()));
    }
    for (String name : List.of("peer", "client")) {
      if (listen.getOrDefault(name, "").isEmpty()) {
        throw new ConfigException(
            file + ": listen." + name + " is missing, and 'peers' does not have this node either");
      }
    }
    apart(listen, entry);
    return listen;
  }

  /** Vert.x lets servers of one process share an address: each gets every other connection. */
  private void apart(Map<String, String> listen, Entry entry) {
    Map<String, String> taken = new TreeMap<>();
    listen.forEach(
        (name, address) -> {
          boolean any = NodeAddress.port(address) == 0;
          String other = any ? null : taken.putIfAbsent(address, name);
          if (other != null) {
            String what =
                "listen."
                    + other
                    + " and listen."
                    + name
                    + " have the same address, "
                    + address
                    + ": give each its own port";
            throw entry == null ? new ConfigException(file + ": " + what) : entry.error(what);
          }
        });
  }

  /** Everything binds to loopback unless it is protected or told to be insecure. */
  private static void guard(Map<String, String> listen, Entry entry, boolean secured) {
    listen.forEach(
        (name, address) -> {
          if (!secured && !loopback(NodeAddress.host(address))) {
            String what =
                "listen."
                    + name
                    + " "
                    + address
                    + " is not a loopback address: set tls and auth.token or auth.users, or"
                    + " insecure: true";
            throw entry == null ? new ConfigException(what) : entry.error(what);
          }
        });
  }

  private static boolean loopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static NodeAddress advertise(Entry entry, Map<String, String> listen) {
    String peer = listen.get("peer");
    String client = listen.get("client");
    if (entry != null) {
      Map<String, Entry> fields = entry.fields("peer", "client");
      peer = fields.containsKey("peer") ? fields.get("peer").address() : peer;
      client = fields.containsKey("client") ? fields.get("client").address() : client;
    }
    return new NodeAddress(peer, client);
  }

  private static NodeConfig.Auth auth(Entry auth) {
    if (auth == null) {
      return NodeConfig.Auth.NONE;
    }
    Map<String, Entry> fields = auth.fields("token", "users");
    Entry users = fields.get("users");
    if (users != null && !Files.isReadable(Path.of(users.text()))) {
      throw users.error("there is no readable file " + users.text());
    }
    return new NodeConfig.Auth(
        fields.containsKey("token") ? fields.get("token").text() : "",
        users == null ? null : Path.of(users.text()));
  }

  /** Deploying is running somebody's code: only where callers must say who they are. */
  private static Trust deploy(Entry deploy, NodeConfig.Auth auth) {
    if (deploy == null) {
      return Trust.NONE;
    }
    Map<String, Entry> fields = deploy.fields("certificates", "allow");
    if (!auth.required()) {
      throw deploy.error("deploying runs code: it wants auth.token or auth.users");
    }
    for (Entry file : fields.values()) {
      if (!Files.isReadable(Path.of(file.text()))) {
        throw file.error("there is no readable file " + file.text());
      }
    }
    return new Trust(path(fields.get("certificates")), path(fields.get("allow")));
  }

  private static Path path(Entry file) {
    return file == null ? null : Path.of(file.text());
  }

  private static NodeConfig.TlsFiles tls(Entry tls) {
    if (tls == null) {
      return null;
    }
    Map<String, Entry> fields = tls.fields("certificate", "key", "authority");
    for (String name : List.of("certificate", "key", "authority")) {
      Entry file = need(fields, tls, name);
      if (!Files.isReadable(Path.of(file.text()))) {
        throw file.error("there is no readable file " + file.text());
      }
    }
    return new NodeConfig.TlsFiles(
        fields.get("certificate").text(), fields.get("key").text(), fields.get("authority").text());
  }

  private static Map<NodeId, NodeAddress> peers(Entry entry) {
    Map<NodeId, NodeAddress> peers = new TreeMap<>();
    if (entry == null) {
      return peers;
    }
    for (Entry item : entry.items()) {
      Map<String, Entry> fields = item.fields("id", "peer", "client");
      NodeId node = nodeId(need(fields, item, "id"));
      String client = fields.containsKey("client") ? fields.get("client").address() : "";
      NodeAddress address = new NodeAddress(need(fields, item, "peer").address(), client);
      if (peers.put(node, address) != null) {
        throw item.error("node '" + node + "' is listed twice");
      }
    }
    return peers;
  }

  private static List<GroupSpec> groups(Entry entry) {
    List<GroupSpec> groups = new ArrayList<>();
    if (entry == null) {
      return groups;
    }
    for (Entry item : entry.items()) {
      Map<String, Entry> fields =
          item.fields(
              "name", "strategy", "storage", "log", "state", "members", "weights", "options");
      GroupSpec plain = spec(need(fields, item, "name"));
      List<MemberSpec> members = members(item, fields);
      Map<String, String> options = new TreeMap<>();
      if (fields.containsKey("options")) {
        fields.get("options").anyFields().forEach((k, v) -> options.put(k, v.text()));
      }
      if (groups.stream().anyMatch(g -> g.group().equals(plain.group()))) {
        throw item.error("group '" + plain.group() + "' is listed twice");
      }
      groups.add(
          new GroupSpec(
              plain.group(),
              text(fields, "strategy", plain.strategy()),
              text(fields, "storage", plain.storage()),
              text(fields, "log", plain.log()),
              text(fields, "state", plain.stateMachine()),
              members,
              options));
    }
    return groups;
  }

  private static List<NodeConfig.CoordinatorSpec> coordinators(Entry entry) {
    Map<String, NodeConfig.CoordinatorSpec> all = new TreeMap<>();
    if (entry == null) {
      return List.of();
    }
    for (Entry item : entry.items()) {
      Map<String, Entry> fields = item.fields("name", "provider", "options");
      String provider = need(fields, item, "provider").text();
      String name = text(fields, "name", provider);
      if (!NAME.matcher(name).matches() || name.equals("native")) {
        throw item.error(
            "'" + name + "' is no name of a coordinator: 1 to 63 of a-z A-Z 0-9 . _ -");
      }
      var spec = new NodeConfig.CoordinatorSpec(name, provider, options(fields));
      if (all.put(name, spec) != null) {
        throw item.error("coordinator '" + name + "' is listed twice");
      }
    }
    return List.copyOf(all.values());
  }

  private static Map<String, String> options(Map<String, Entry> fields) {
    Map<String, String> options = new TreeMap<>();
    if (fields.containsKey("options")) {
      fields.get("options").anyFields().forEach((k, v) -> options.put(k, v.text()));
    }
    return options;
  }

  private static List<NodeConfig.RegistrySpec> registries(Entry entry) {
    Map<String, NodeConfig.RegistrySpec> all = new TreeMap<>();
    if (entry == null) {
      return List.of();
    }
    for (Entry item : entry.items()) {
      Map<String, Entry> fields =
          item.fields("name", "coordinator", "root", "address", "capacity", "options");
      String name = text(fields, "name", "default");
      if (!NAME.matcher(name).matches()) {
        throw item.error(
            "'" + name + "' is no name of a failover registry: 1 to 63 of a-z A-Z 0-9 . _ -");
      }
      var spec =
          new NodeConfig.RegistrySpec(
              name,
              need(fields, item, "coordinator").text(),
              text(fields, "root", ""),
              text(fields, "address", ""),
              text(fields, "capacity", ""),
              options(fields));
      if (all.put(name, spec) != null) {
        throw item.error("failover registry '" + name + "' is listed twice");
      }
    }
    return List.copyOf(all.values());
  }

  private static List<MemberSpec> members(Entry item, Map<String, Entry> fields) {
    List<String> names =
        fields.containsKey("members")
            ? fields.get("members").items().stream().map(Entry::text).toList()
            : List.of();
    Map<String, String> weights = new TreeMap<>();
    if (fields.containsKey("weights")) {
      fields.get("weights").anyFields().forEach((node, votes) -> weights.put(node, votes.text()));
    }
    try {
      return MemberSpec.parse(names, weights);
    } catch (IllegalArgumentException e) {
      throw fields.getOrDefault("members", item).error(e.getMessage());
    }
  }

  private static GroupSpec spec(Entry name) {
    try {
      return GroupSpec.of(GroupId.of(name.text()).name());
    } catch (IllegalArgumentException e) {
      throw name.error(e.getMessage());
    }
  }

  private static String text(Map<String, Entry> fields, String name, String fallback) {
    return fields.containsKey(name) ? fields.get(name).text() : fallback;
  }

  private Map<String, String> parameters(Entry entry) {
    Map<String, String> values = new TreeMap<>();
    if (entry == null) {
      return values;
    }
    entry
        .anyFields()
        .forEach(
            (name, value) -> {
              try {
                ParameterRegistry.options(Map.of(name, value.text()), parameters);
              } catch (ParameterException e) {
                throw value.error(e.getMessage());
              }
              values.put(name, value.text());
            });
    return values;
  }
}
