package org.quorate.runtime.peer;

import io.vertx.core.net.NetSocket;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.client.net.FramedSocket;
import org.quorate.spi.transport.Lane;

/**
 * One attempt to open a connection to a peer: connects, says hello, takes the answer. Ends with one
 * call of {@link PeerLane#opened} or {@link PeerLane#failed}, or with none if it was abandoned. On
 * the transport's loop.
 */
final class PeerDial implements FramedSocket.Handler {
  /** How an attempt failed. */
  enum Failure {
    /** Nobody is there, or the connection broke. */
    UNREACHABLE,
    /** The peer, or this node, does not want this connection. */
    REFUSED,
    /** The peer has or is about to open another connection of the pair. */
    TAKEN
  }

  /**
   * An attempt goes before the peer's for so long; then whoever comes through is welcome. On a
   * network that takes longer for one way the pings would not come back in time either.
   */
  private static final long PRIORITY_MS = 2000;

  private final PeerTransport transport;
  private final PeerLane owner;
  private final NodeId peer;
  private final Lane lane;
  private final long number;
  private final long startedMs = PeerTransport.nowMs();
  private FramedSocket socket;
  private Silence silence;
  private boolean over;

  PeerDial(PeerTransport transport, PeerLane owner, NodeId peer, Lane lane, long number) {
    this.transport = transport;
    this.owner = owner;
    this.peer = peer;
    this.lane = lane;
    this.number = number;
  }

  void start(String address) {
    transport.loop().withContext(() -> connect(address));
  }

  private void connect(String address) {
    if (over) {
      return;
    }
    transport
        .dialler()
        .connect(NodeAddress.port(address), NodeAddress.host(address))
        .onComplete(
            done -> {
              if (done.failed()) {
                fail(Failure.UNREACHABLE, address + ": " + done.cause().getMessage());
              } else if (over) {
                done.result().close();
              } else {
                greet(done.result());
              }
            });
  }

  private void greet(NetSocket connected) {
    socket = new FramedSocket(transport.loop(), connected, PeerProtocol.MAX_FRAME, this);
    silence = new Silence(socket);
    LocalNode self = transport.self();
    new PeerProtocol.Hello(
            PeerProtocol.VERSION,
            self.cluster(),
            self.node(),
            peer,
            self.storeId(),
            self.incarnation(),
            lane,
            self.addresses(),
            number)
        .encode(socket.begin(PeerProtocol.HELLO));
    socket.end();
  }

  /** Whether it is young enough to go before the peer's own attempt. */
  boolean hasPriority() {
    return PeerTransport.nowMs() - startedMs < PRIORITY_MS;
  }

  /** Gives up without a word to the lane; nothing once it has ended: the socket is no more its. */
  void abandon(String why) {
    if (over) {
      return;
    }
    over = true;
    if (socket != null) {
      socket.close(why);
    }
  }

  /** Gives up when no answer has come for so many checks. */
  void check(int silentLimit) {
    if (silence != null && silence.lasts(silentLimit)) {
      transport.counters().idleClosed.increment();
      socket.close("no answer to the hello for " + silentLimit + " s");
    }
  }

  private void fail(Failure how, String why) {
    if (!over) {
      abandon(why);
      owner.failed(how, why);
    }
  }

  @Override
  public void frame(int kind, Bytes body) {
    Decoder in = new Decoder(body);
    switch (kind) {
      case PeerProtocol.WELCOME -> welcomed(PeerProtocol.Welcome.decode(in));
      case PeerProtocol.REFUSED -> fail(Failure.REFUSED, "refused: " + in.text());
      case PeerProtocol.TAKEN -> fail(Failure.TAKEN, "the peer dials this node");
      default -> throw new MalformedException("frame of kind " + kind + " before the welcome", 0);
    }
  }

  private void welcomed(PeerProtocol.Welcome welcome) {
    if (!welcome.node().equals(peer)) {
      fail(Failure.REFUSED, "this is " + welcome.node() + ", not " + peer);
      return;
    }
    over = true;
    PeerConnection connection =
        new PeerConnection(
            transport,
            owner,
            lane,
            socket,
            new PeerConnection.Origin(
                peer, true, welcome.storeId(), welcome.incarnation(), number));
    socket.handler(connection);
    transport.book().learn(peer, welcome.addresses());
    owner.opened(connection);
    transport.met(peer, welcome.incarnation());
  }

  @Override
  public void closed(String why, boolean malformed) {
    if (malformed) {
      transport.counters().malformed.increment();
    }
    fail(Failure.UNREACHABLE, why);
  }
}
