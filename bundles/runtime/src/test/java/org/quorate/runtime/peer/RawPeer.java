package org.quorate.runtime.peer;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.protocol.Frames;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.transport.Lane;

/** A peer whose every byte the test decides: dials, listens, answers or does not. */
final class RawPeer implements AutoCloseable {
  private static final int PATIENCE_MS = 20_000;

  final NodeId node;
  final String cluster;
  final long storeId;
  final long incarnation;
  private final ServerSocket server;
  private final List<Line> lines = new ArrayList<>();

  /** One socket of it. */
  final class Line {
    final Socket socket;
    final DataInputStream in;
    PeerProtocol.Hello hello;
    boolean pulse;
    private int lastKind;

    Line(Socket socket) throws IOException {
      this.socket = socket;
      socket.setSoTimeout(PATIENCE_MS);
      in = new DataInputStream(socket.getInputStream());
      lines.add(this);
    }

    void send(int kind, Consumer<Encoder> body) throws IOException {
      Encoder out = new Encoder();
      int at = Frames.begin(out, kind);
      body.accept(out);
      Frames.end(out, at);
      socket.getOutputStream().write(out.take().toByteArray());
    }

    /** The body of the next frame that is no ping; fails if it is of another kind. */
    Decoder expect(int kind) throws IOException {
      return expect(Set.of(kind));
    }

    private Decoder expect(Set<Integer> kinds) throws IOException {
      while (true) {
        int length = in.readInt();
        in.readInt();
        byte[] content = in.readNBytes(length);
        lastKind = content[1];
        if (kinds.contains(lastKind)) {
          return new Decoder(Bytes.wrap(content, 2, length - 2));
        }
        if (lastKind != PeerProtocol.PING) {
          throw new AssertionError("frame of kind " + lastKind + " instead of " + kinds);
        }
      }
    }

    Line welcome() throws IOException {
      send(
          PeerProtocol.WELCOME,
          out ->
              new PeerProtocol.Welcome(node, storeId, incarnation, NodeAddress.UNKNOWN)
                  .encode(out));
      return this;
    }

    /** Reads what still comes until the other side has closed; fails if it does not. */
    void untilClosed() throws IOException {
      try {
        in.readAllBytes();
      } catch (java.net.SocketTimeoutException e) {
        throw new AssertionError("not closed", e);
      } catch (java.net.SocketException reset) {
        // Closed, with something of ours unread.
      }
    }
  }

  RawPeer(String node, long storeId, long incarnation) {
    this(node, "test", storeId, incarnation);
  }

  RawPeer(String node, String cluster, long storeId, long incarnation) {
    this.node = NodeId.of(node);
    this.cluster = cluster;
    this.storeId = storeId;
    this.incarnation = incarnation;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      server.setSoTimeout(PATIENCE_MS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** The next connection dialled to it for a lane, its hello read but not answered. */
  Line accept() throws IOException {
    while (true) {
      Line line = greeted();
      if (!line.pulse) {
        return line;
      }
    }
  }

  /** The next one that is to carry a pulse. */
  Line acceptPulse() throws IOException {
    while (true) {
      Line line = greeted();
      if (line.pulse) {
        return line;
      }
    }
  }

  private Line greeted() throws IOException {
    Line line = new Line(server.accept());
    line.hello =
        PeerProtocol.Hello.decode(line.expect(Set.of(PeerProtocol.HELLO, PeerProtocol.PULSE)));
    line.pulse = line.lastKind == PeerProtocol.PULSE;
    return line;
  }

  /** The next connection dialled to it for this lane; those of others stay unanswered. */
  Line accept(Lane lane) throws IOException {
    while (true) {
      Line line = accept();
      if (line.hello.lane() == lane) {
        return line;
      }
    }
  }

  /** Whether nobody dials a lane for so long. */
  boolean undialled(int ms) throws IOException {
    server.setSoTimeout(ms);
    try {
      accept();
      return false;
    } catch (java.net.SocketTimeoutException e) {
      return true;
    } finally {
      server.setSoTimeout(PATIENCE_MS);
    }
  }

  /** Dials a port and says nothing. */
  Line dial(String address) throws IOException {
    return new Line(new Socket(InetAddress.getLoopbackAddress(), NodeAddress.port(address)));
  }

  /** Dials a node and says hello. */
  Line dial(String address, String to, Lane lane, long number) throws IOException {
    return greet(PeerProtocol.HELLO, address, to, lane, number);
  }

  /** Dials a node to tell it when this one is busy. */
  Line dialPulse(String address, String to) throws IOException {
    return greet(PeerProtocol.PULSE, address, to, Lane.CONTROL, 1);
  }

  private Line greet(int kind, String address, String to, Lane lane, long number)
      throws IOException {
    Line line = dial(address);
    PeerProtocol.Hello hello =
        new PeerProtocol.Hello(
            PeerProtocol.VERSION,
            cluster,
            node,
            NodeId.of(to),
            storeId,
            incarnation,
            lane,
            new NodeAddress(address(), ""),
            number);
    line.send(kind, hello::encode);
    return line;
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Line line : lines) {
      line.socket.close();
    }
  }
}
