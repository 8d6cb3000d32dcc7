package org.quorate.management;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where the management surfaces listen and who may use them.
 *
 * @param host address to bind
 * @param httpPort 0 for any free one, -1 for none
 * @param bridgePort of the TCP event bus bridge; 0 for any free one, -1 for none
 * @param certificate path of a PEM certificate, null for no TLS
 * @param key path of its PEM key
 * @param insecure allows another address than loopback without TLS and tokens
 */
public record ManagementConfig(
    String host,
    int httpPort,
    int bridgePort,
    String certificate,
    String key,
    AccessControl access,
    boolean insecure) {

  /** On loopback, open to whoever is on this machine. */
  public static ManagementConfig loopback(int httpPort, int bridgePort) {
    return new ManagementConfig(
        "127.0.0.1", httpPort, bridgePort, null, null, AccessControl.OPEN, false);
  }

  /**
   * Refuses what would be open to the network.
   *
   * @throws IllegalArgumentException with what is missing
   */
  public void check() {
    boolean open = certificate == null || key == null || access.tokens().isEmpty();
    if (open && !insecure && !isLoopback()) {
      throw new IllegalArgumentException(
          "management on "
              + host
              + " needs TLS (certificate and key) and tokens; without them bind 127.0.0.1, or say"
              + " insecure: true");
    }
  }

  private boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("management host '" + host + "' is not known", e);
    }
  }
}
