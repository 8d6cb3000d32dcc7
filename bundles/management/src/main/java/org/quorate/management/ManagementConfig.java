package org.quorate.management;

/**
 * Where the management surfaces listen and who may use them. The node's configuration refuses what
 * would be open to the network without protection.
 *
 * @param http host:port, null for none
 * @param bridge host:port of the TCP event bus bridge, null for none
 * @param certificate path of a PEM certificate, null for no TLS
 * @param key path of its PEM key
 */
public record ManagementConfig(
    String http, String bridge, String certificate, String key, AccessControl access) {

  /** On loopback, open to whoever is on this machine; port 0 for any free one. */
  public static ManagementConfig loopback(int httpPort, int bridgePort) {
    return new ManagementConfig(
        "127.0.0.1:" + httpPort, "127.0.0.1:" + bridgePort, null, null, AccessControl.OPEN);
  }
}
