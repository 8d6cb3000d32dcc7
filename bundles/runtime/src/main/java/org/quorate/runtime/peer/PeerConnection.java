package org.quorate.runtime.peer;

import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.protocol.GroupRefs;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.client.net.FramedSocket;
import org.quorate.spi.transport.Lane;

/**
 * An open connection to a peer for one lane; both sides send on it, whoever dialled. Everything on
 * the transport's loop, except {@link #pendingBytes} and {@link #sentBytes}: a moment old elsewhere.
 */
final class PeerConnection implements FramedSocket.Handler {
  /**
   * Whom the connection leads to.
   *
   * @param dialled by this node
   * @param dial number that the dialler gave its attempt
   */
  record Origin(NodeId peer, boolean dialled, long storeId, long incarnation, long dial) {}

  private final PeerTransport transport;
  private final PeerLane owner;
  private final Lane lane;
  private final FramedSocket socket;
  private final Silence silence;
  private final Origin origin;
  private final GroupRefs refsIn = new GroupRefs();
  private final GroupRefs refsOut = new GroupRefs();

  PeerConnection(
      PeerTransport transport, PeerLane owner, Lane lane, FramedSocket socket, Origin origin) {
    this.transport = transport;
    this.owner = owner;
    this.lane = lane;
    this.socket = socket;
    this.silence = new Silence(socket);
    this.origin = origin;
  }

  Origin origin() {
    return origin;
  }

  String remote() {
    return socket.remote();
  }

  @Override
  public void frame(int kind, Bytes body) {
    Decoder in = new Decoder(body);
    switch (kind) {
      case PeerProtocol.GROUP -> {
        transport.counters().framesIn.increment();
        GroupId group = refsIn.read(in);
        transport.handler().received(origin.peer(), origin.storeId(), lane, group, in.rest());
      }
      case PeerProtocol.PING -> {
        socket.begin(PeerProtocol.PONG);
        socket.end();
      }
      case PeerProtocol.PONG -> {}
      case PeerProtocol.REQUEST -> {
        long id = in.varint();
        int operation = in.u8();
        transport.handler().asked(origin.peer(), operation, in.rest(), answer -> reply(id, answer));
      }
      case PeerProtocol.REPLY -> transport.replied(in);
      default -> throw new MalformedException("frame of kind " + kind + " from a node", 0);
    }
  }

  private void reply(long id, Bytes answer) {
    transport
        .loop()
        .run(
            () -> {
              if (!socket.isClosed()) {
                Encoder out = socket.begin(PeerProtocol.REPLY).varint(id).bool(answer != null);
                if (answer != null) {
                  out.raw(answer);
                }
                socket.end();
              }
            });
  }

  void send(GroupId group, Bytes frame) {
    Encoder out = socket.begin(PeerProtocol.GROUP);
    refsOut.write(out, group);
    out.raw(frame);
    socket.end();
  }

  void ask(long id, int operation, Bytes body) {
    socket.begin(PeerProtocol.REQUEST).varint(id).u8(operation).raw(body);
    socket.end();
  }

  long pendingBytes() {
    return socket.pendingBytes();
  }

  long sentBytes() {
    return socket.taken();
  }

  /** Closes when nothing has come for so many checks. The dialler's pings keep both sides fed. */
  void check(int silentLimit) {
    if (silence.lasts(silentLimit)) {
      transport.counters().idleClosed.increment();
      socket.close("nothing heard for " + silentLimit + " s");
    } else if (origin.dialled()) {
      socket.begin(PeerProtocol.PING);
      socket.end();
    }
  }

  void close(String why) {
    socket.close(why);
  }

  @Override
  public void closed(String why, boolean malformed) {
    transport.forget(socket);
    owner.lost(this, why, malformed);
  }
}
