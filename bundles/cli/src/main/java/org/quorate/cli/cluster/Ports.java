package org.quorate.cli.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.runtime.api.PortOwner;

/** Ports of this machine. */
public final class Ports {
  /** Ports of each node: peer, client, http, bridge. */
  public static final int PER_NODE = 4;

  /**
   * Below what systems give to outgoing connections and to who asks for any port (Linux: from 32,768
   * on), since that may be taken again before the node listens on it.
   */
  private static final int FREE_FROM = 20_000;

  private static final int FREE_TO = 30_000;

  private Ports() {}

  /**
   * Ports for a number of nodes.
   *
   * @param base the first of them, in a row; 0 for any that are free
   * @throws CliException if one of the row is taken, with who has it where that can be told
   */
  public static List<Integer> choose(int base, int count) {
    return base == 0 ? free(count) : row(base, count);
  }

  private static List<Integer> row(int base, int count) {
    if (base < 1024 || base + count > 65_536) {
      throw new CliException(
          ExitCode.USAGE,
          count + " ports from " + base + " on do not lie within 1024..65535",
          "choose another --port");
    }
    List<Integer> ports = new ArrayList<>();
    for (int port = base; port < base + count; port++) {
      if (!isFree(port)) {
        throw new CliException(ExitCode.FAILED, taken(port), "choose another --port or stop it");
      }
      ports.add(port);
    }
    return ports;
  }

  private static List<Integer> free(int count) {
    List<ServerSocket> held = new ArrayList<>();
    int tries = 0;
    try {
      // All are held until the last is known, so that none is given twice.
      while (held.size() < count) {
        int port = ThreadLocalRandom.current().nextInt(FREE_FROM, FREE_TO);
        try {
          held.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
        } catch (BindException taken) {
          if (++tries > FREE_TO - FREE_FROM) {
            throw taken;
          }
        }
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new CliException(
          ExitCode.FAILED, "no free port: " + e.getMessage(), "close other programs", e);
    } finally {
      held.forEach(Ports::close);
    }
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot give back port " + socket.getLocalPort(), e);
    }
  }

  /** Whether nobody listens on a port of the loopback address. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Says that a port is taken, and by whom where the system tells. */
  public static String taken(int port) {
    return "port " + port + " is in use" + PortOwner.of(port).map(p -> " by " + p).orElse("");
  }
}
