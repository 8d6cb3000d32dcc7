package org.quorate.runtime.peer;

/** Where a node is reached, each as host:port, or empty when it is not known. */
public record NodeAddress(String peer, String client) {
  public static final NodeAddress UNKNOWN = new NodeAddress("", "");

  /** The host of host:port; an IPv6 address may stand in brackets. */
  public static String host(String address) {
    String host = address.substring(0, address.lastIndexOf(':'));
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** The port of host:port. */
  public static int port(String address) {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }
}
