package org.quorate.client;

import java.util.List;
import org.quorate.api.protocol.Frames;

/**
 * How a client connects and how patient it is.
 *
 * @param addresses client ports of some nodes, host:port; the others are learned
 * @param token what the nodes want to see, a token or {@code name:password}; empty for nothing
 * @param name shown in the nodes' logs
 * @param operationTimeoutMs after so long an operation without answer is {@code Indeterminate}, or
 *     {@code NotLeader} when it was never sent
 * @param sessionTtlMs how long a session outlives its client
 * @param connectTimeoutMs for one attempt
 * @param pingMs how often a quiet connection is tried; one that is silent twice is closed
 * @param tls trusts the authority in this PEM file, and only certificates that name the address
 *     dialled; empty for plain connections
 * @param maxPendingBytes of requests that may wait in this client for their answers, 256 counted for
 *     each beside its bytes; what is asked beyond that is {@code Overloaded} at once and is not
 *     sent. At least the largest request that a node takes, 4 MiB and 64 KiB
 */
public record ClientOptions(
    List<String> addresses,
    String token,
    String name,
    long operationTimeoutMs,
    long sessionTtlMs,
    int connectTimeoutMs,
    long pingMs,
    String tls,
    long maxPendingBytes) {
  private static final long MAX_PENDING_BYTES = 128L << 20;

  public ClientOptions {
    addresses = List.copyOf(addresses);
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("a client needs the address of at least one node");
    }
    for (String address : addresses) {
      if (!address.matches(".+:\\d{1,5}")) {
        throw new IllegalArgumentException("'" + address + "' is not host:port");
      }
    }
    if (maxPendingBytes < Frames.MAX_REQUEST_FRAME) {
      throw new IllegalArgumentException(
          "maxPendingBytes is "
              + maxPendingBytes
              + ", less than the largest request, "
              + Frames.MAX_REQUEST_FRAME);
    }
  }

  /**
   * The usual: operations 30 s, sessions 30 s, connections 2 s, pings 2 s, 128 MiB of requests.
   */
  public static ClientOptions of(String... addresses) {
    return new ClientOptions(
        List.of(addresses), "", "client", 30_000, 30_000, 2_000, 2_000, "", MAX_PENDING_BYTES);
  }

  /** The same with a token. */
  public ClientOptions withToken(String secret) {
    return new ClientOptions(
        addresses,
        secret,
        name,
        operationTimeoutMs,
        sessionTtlMs,
        connectTimeoutMs,
        pingMs,
        tls,
        maxPendingBytes);
  }

  /** The same under another name. */
  public ClientOptions withName(String shown) {
    return new ClientOptions(
        addresses,
        token,
        shown,
        operationTimeoutMs,
        sessionTtlMs,
        connectTimeoutMs,
        pingMs,
        tls,
        maxPendingBytes);
  }

  /** The same with another patience. */
  public ClientOptions withOperationTimeoutMs(long ms) {
    return new ClientOptions(
        addresses, token, name, ms, sessionTtlMs, connectTimeoutMs, pingMs, tls, maxPendingBytes);
  }

  /** The same with other sessions. */
  public ClientOptions withSessionTtlMs(long ms) {
    return new ClientOptions(
        addresses,
        token,
        name,
        operationTimeoutMs,
        ms,
        connectTimeoutMs,
        pingMs,
        tls,
        maxPendingBytes);
  }

  /** The same over TLS. */
  public ClientOptions withTls(String authorityPemFile) {
    return new ClientOptions(
        addresses,
        token,
        name,
        operationTimeoutMs,
        sessionTtlMs,
        connectTimeoutMs,
        pingMs,
        authorityPemFile,
        maxPendingBytes);
  }

  /** The same with another bound of what may wait. */
  public ClientOptions withMaxPendingBytes(long bytes) {
    return new ClientOptions(
        addresses,
        token,
        name,
        operationTimeoutMs,
        sessionTtlMs,
        connectTimeoutMs,
        pingMs,
        tls,
        bytes);
  }
}
