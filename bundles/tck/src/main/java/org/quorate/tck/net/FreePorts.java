package org.quorate.tck.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of loopback on which nobody listens.
 *
 * <p>They lie below what systems give to outgoing connections and to who asks for any port (Linux:
 * from 32,768 on), since such a one may be taken again before the test listens on it. Who needs
 * several asks for them together: one after the other may be the same twice.
 */
public final class FreePorts {
  private static final int FROM = 20_000;
  private static final int TO = 32_000;

  private FreePorts() {}

  /** Different ports. */
  public static List<Integer> take(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      try {
        for (int tries = 0; held.size() < count; tries++) {
          int port = ThreadLocalRandom.current().nextInt(FROM, TO);
          try {
            held.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
          } catch (BindException taken) {
            if (tries > TO - FROM) {
              throw taken;
            }
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
