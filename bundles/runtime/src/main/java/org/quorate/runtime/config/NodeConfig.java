package org.quorate.runtime.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.NodeId;
import org.quorate.assembly.Trust;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.peer.NodeAddress;

/**
 * What a node is told at its start.
 *
 * @param listen host:port by what listens there: peer, client, and those that bundles above the
 *     runtime serve: http, bridge
 * @param advertise addresses that others are told; the listening ones unless set
 * @param auth who may use the node
 * @param deploy what may be deployed
 * @param tls null for plain connections
 * @param insecure allows to listen on other than loopback without TLS and token
 * @param peers all nodes of the cluster, this one may be among them
 * @param groups made by the bootstrap
 * @param parameters values of node-wide parameters, checked by the node
 * @param coordinators what bundles of the node may coordinate with beside its groups
 * @param registries failover registries that bundles of the node may use
 */
public record NodeConfig(
    NodeId node,
    String cluster,
    Path dataDir,
    Map<String, String> listen,
    NodeAddress advertise,
    Auth auth,
    Trust deploy,
    TlsFiles tls,
    boolean insecure,
    int loops,
    Map<NodeId, NodeAddress> peers,
    List<GroupSpec> groups,
    Map<String, String> parameters,
    List<CoordinatorSpec> coordinators,
    List<RegistrySpec> registries) {

  /**
   * A failover registry.
   *
   * @param coordinator by name, such as {@code native:default}
   * @param root the key below which it is; empty for the default, likewise the address and capacity
   * @param options parameters, which the registry checks
   */
  public record RegistrySpec(
      String name,
      String coordinator,
      String root,
      String address,
      String capacity,
      Map<String, String> options) {
    public RegistrySpec {
      options = Map.copyOf(options);
    }
  }

  /**
   * A coordinator of a provider.
   *
   * @param options of the provider, which checks them
   */
  public record CoordinatorSpec(String name, String provider, Map<String, String> options) {
    public CoordinatorSpec {
      options = Map.copyOf(options);
    }
  }

  /** PEM files: own certificate and key, and the authority that peers' certificates come from. */
  public record TlsFiles(String certificate, String key, String authority) {}

  /**
   * What callers must present: nothing if there is neither.
   *
   * @param token of an admin; empty for none
   * @param users file of users with roles; null for none
   */
  public record Auth(String token, Path users) {
    public static final Auth NONE = new Auth("", null);

    /** Whether callers must say who they are. */
    public boolean required() {
      return !token.isEmpty() || users != null;
    }
  }

  public NodeConfig {
    listen = Map.copyOf(listen);
    peers = Map.copyOf(peers);
    groups = List.copyOf(groups);
    parameters = Map.copyOf(parameters);
    coordinators = List.copyOf(coordinators);
    registries = List.copyOf(registries);
  }

  /** The same with another data directory. */
  public NodeConfig withDataDir(Path dir) {
    return new NodeConfig(
        node,
        cluster,
        dir,
        listen,
        advertise,
        auth,
        deploy,
        tls,
        insecure,
        loops,
        peers,
        groups,
        parameters,
        coordinators,
        registries);
  }

  /** By dotted key, for people; secrets are left out. */
  public Map<String, String> flat() {
    Map<String, String> flat = new TreeMap<>();
    flat.put("node.id", node.name());
    flat.put("cluster.name", cluster);
    flat.put("data.dir", String.valueOf(dataDir));
    listen.forEach((name, address) -> flat.put("listen." + name, address));
    flat.put("advertise.peer", advertise.peer());
    flat.put("advertise.client", advertise.client());
    flat.put("auth.token", auth.token().isEmpty() ? "" : "(set)");
    flat.put("auth.users", auth.users() == null ? "" : auth.users().toString());
    flat.put("deploy.certificates", String.valueOf(deploy.certificates()));
    flat.put("deploy.allow", String.valueOf(deploy.allowed()));
    flat.put("tls", tls == null ? "off" : "on");
    if (tls != null) {
      flat.put("tls.certificate", tls.certificate());
      flat.put("tls.key", tls.key());
      flat.put("tls.authority", tls.authority());
    }
    flat.put("insecure", Boolean.toString(insecure));
    flat.put("loops", Integer.toString(loops));
    peers.forEach(
        (peer, address) -> flat.put("peers." + peer, address.peer() + ", " + address.client()));
    groups.forEach(g -> flat.put("groups." + g.group(), g.strategy() + ", " + g.storage()));
    parameters.forEach((name, value) -> flat.put("parameters." + name, value));
    coordinators.forEach(c -> flat.put("coordinators." + c.name(), c.provider()));
    registries.forEach(r -> flat.put("failover." + r.name(), r.coordinator()));
    return flat;
  }
}
