package org.quorate.tck.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of loopback on which nobody listens.
 *
 * <p>They lie below what systems give to outgoing connections and to who asks for any port (Linux:
 * from 32,768 on), since such a one may be taken again before the test listens on it. None is given
 * twice in a process: who listens on one later, or again, finds it free of others who asked here.
 */
public final class FreePorts {
  private static final int FROM = 20_000;
  private static final int TO = 32_000;

  /** All that were given. */
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private FreePorts() {}

  /** Different ports. */
  public static List<Integer> take(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      try {
        for (int tries = 0; held.size() < count; tries++) {
          int port = ThreadLocalRandom.current().nextInt(FROM, TO);
          if (tries > TO - FROM) {
            throw new BindException("no port from " + FROM + " to " + TO + " is free");
          }
          try {
            ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
            if (GIVEN.add(port)) {
              held.add(socket);
            } else {
              socket.close();
            }
          } catch (BindException taken) {
            // Another one, then.
          }
        }
        return held.stream().map(ServerSocket::getLocalPort).toList();
      } finally {
        for (ServerSocket socket : held) {
          socket.close();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One port. */
  public static int one() {
    return take(1).get(0);
  }
}
