package org.quorate.runtime.peer;

import io.vertx.core.net.NetSocket;
import org.quorate.api.Bytes;
import org.quorate.api.protocol.Frames;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.client.net.FramedSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection that somebody dialled, until its hello is answered. On the transport's loop. */
final class PeerInbound implements FramedSocket.Handler {
  private static final Logger LOG = LoggerFactory.getLogger(PeerInbound.class);

  private final PeerTransport transport;
  private final FramedSocket socket;
  private final Silence silence;

  PeerInbound(PeerTransport transport, NetSocket accepted) {
    this.transport = transport;
    this.socket = new FramedSocket(transport.loop(), accepted, Frames.MAX_GREETING_FRAME, this);
    this.silence = new Silence(socket);
  }

  FramedSocket socket() {
    return socket;
  }

  @Override
  public void frame(int kind, Bytes body) {
    if (kind != PeerProtocol.HELLO && kind != PeerProtocol.PULSE) {
      throw new MalformedException("frame of kind " + kind + " before the hello", 0);
    }
    PeerProtocol.Hello hello = PeerProtocol.Hello.decode(new Decoder(body));
    boolean pulse = kind == PeerProtocol.PULSE;
    String objection = transport.objection(hello);
    if (objection != null) {
      transport.counters().refusedIn.increment();
      LOG.warn("refused {} from {}: {}", hello.from(), socket.remote(), objection);
      socket.begin(PeerProtocol.REFUSED).text(objection);
      socket.end();
      socket.close("refused: " + objection);
    } else if (!pulse && !transport.yields(hello)) {
      socket.begin(PeerProtocol.TAKEN);
      socket.end();
      socket.close("this node's own connection goes before");
    } else {
      LocalNode self = transport.self();
      new PeerProtocol.Welcome(self.node(), self.storeId(), self.incarnation(), self.addresses())
          .encode(socket.begin(PeerProtocol.WELCOME));
      socket.end();
      if (pulse) {
        transport.pulse(this, hello);
      } else {
        transport.welcomed(this, hello);
      }
    }
  }

  /** Closes when no hello has come for so many checks. */
  void check(int silentLimit) {
    if (silence.lasts(silentLimit)) {
      transport.counters().idleClosed.increment();
      socket.close("no hello for " + silentLimit + " s");
    }
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
