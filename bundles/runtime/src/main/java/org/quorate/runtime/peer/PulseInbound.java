package org.quorate.runtime.peer;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.protocol.GroupRefs;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.client.net.FramedSocket;

/** A connection on which a peer says that it is busy. On the transport's loop. */
final class PulseInbound implements FramedSocket.Handler {
  private final PeerTransport transport;
  private final NodeId peer;
  private final FramedSocket socket;
  private final Silence silence;
  private final GroupRefs refs = new GroupRefs();

  PulseInbound(PeerTransport transport, NodeId peer, FramedSocket socket) {
    this.transport = transport;
    this.peer = peer;
    this.socket = socket;
    this.silence = new Silence(socket);
  }

  @Override
  public void frame(int kind, Bytes body) {
    switch (kind) {
      case PeerProtocol.BUSY -> {
        transport.counters().busyIn.increment();
        Decoder in = new Decoder(body);
        for (long left = in.varint(); left > 0; left--) {
          transport.handler().busy(peer, refs.read(in));
        }
      }
      case PeerProtocol.PING -> {
        socket.begin(PeerProtocol.PONG);
        socket.end();
      }
      default -> throw new MalformedException("frame of kind " + kind + " on a pulse", 0);
    }
  }

  /** Closes when nothing has come for so many checks. */
  void check(int silentLimit) {
    if (silence.lasts(silentLimit)) {
      transport.counters().idleClosed.increment();
      socket.close("nothing heard for " + silentLimit + " s");
    }
  }

  void close(String why) {
    socket.close(why);
  }

  @Override
  public void closed(String why, boolean malformed) {
    if (malformed) {
      transport.counters().malformed.increment();
    }
    transport.gone(this, peer, socket);
  }
}
