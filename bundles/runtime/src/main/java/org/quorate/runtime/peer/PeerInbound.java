package org.quorate.runtime.peer;

import io.vertx.core.net.NetSocket;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.protocol.GroupRefs;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.client.net.FramedSocket;
import org.quorate.spi.transport.Lane;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection that another node dialled: checks its hello, then takes its frames. */
final class PeerInbound implements FramedSocket.Handler {
  private static final Logger LOG = LoggerFactory.getLogger(PeerInbound.class);

  private final PeerTransport transport;
  private final FramedSocket socket;
  private final GroupRefs refs = new GroupRefs();
  private PeerProtocol.Hello hello;
  private long seenFrames;
  private int silentChecks;

  PeerInbound(PeerTransport transport, NetSocket socket) {
    this.transport = transport;
    this.socket = new FramedSocket(transport.loop(), socket, PeerProtocol.MAX_FRAME, this);
  }

  NodeId from() {
    return hello == null ? null : hello.from();
  }

  Lane lane() {
    return hello == null ? null : hello.lane();
  }

  @Override
  public void frame(int kind, Bytes body) {
    Decoder in = new Decoder(body);
    if (hello == null) {
      if (kind != PeerProtocol.HELLO) {
        throw new MalformedException("frame of kind " + kind + " before the hello", 0);
      }
      greet(PeerProtocol.Hello.decode(in));
      return;
    }
    switch (kind) {
      case PeerProtocol.GROUP -> {
        transport.counters().framesIn.increment();
        var group = refs.read(in);
        transport.handler().received(hello.from(), hello.storeId(), hello.lane(), group, in.rest());
      }
      case PeerProtocol.PING -> {
        socket.begin(PeerProtocol.PONG);
        socket.end();
      }
      case PeerProtocol.REQUEST -> {
        long id = in.varint();
        int operation = in.u8();
        transport.handler().asked(hello.from(), operation, in.rest(), answer -> reply(id, answer));
      }
      default -> throw new MalformedException("frame of kind " + kind + " from a node", 0);
    }
  }

  private void reply(long id, Bytes answer) {
    transport
        .loop()
        .run(
            () -> {
              if (!socket.isClosed()) {
                var out = socket.begin(PeerProtocol.REPLY).varint(id).bool(answer != null);
                if (answer != null) {
                  out.raw(answer);
                }
                socket.end();
              }
            });
  }

  private void greet(PeerProtocol.Hello said) {
    String objection = transport.objection(said);
    if (objection != null) {
      transport.counters().refusedIn.increment();
      LOG.warn("refused {} from {}: {}", said.from(), socket.remote(), objection);
      socket.begin(PeerProtocol.REFUSED).text(objection);
      socket.end();
      socket.close("refused: " + objection);
      return;
    }
    hello = said;
    LocalNode self = transport.self();
    new PeerProtocol.Welcome(self.node(), self.storeId(), self.incarnation(), self.addresses())
        .encode(socket.begin(PeerProtocol.WELCOME));
    socket.end();
    transport.welcomed(this, said);
  }

  /** Closes when nothing has come for so many checks: the dialler pings. */
  void check(int silentLimit) {
    if (socket.framesIn() != seenFrames) {
      seenFrames = socket.framesIn();
      silentChecks = 0;
    } else if (++silentChecks >= silentLimit) {
      transport.counters().idleClosed.increment();
      socket.close("nothing heard for " + silentChecks + " checks");
    }
  }

  void close(String why) {
    socket.close(why);
  }

  @Override
  public void closed(String why, boolean malformed) {
    if (malformed) {
      transport.counters().malformed.increment();
      LOG.warn("closed the connection from {}: {}", socket.remote(), why);
    }
    transport.gone(this);
  }
}
