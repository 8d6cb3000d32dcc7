package org.quorate.runtime.peer;

import io.vertx.core.net.NetSocket;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.protocol.GroupRefs;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.client.net.FramedSocket;
import org.quorate.client.net.Loop;
import org.quorate.spi.transport.Lane;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection on which this node tells one peer that it is busy. Everything on the loop of the
 * {@link Pulses}, which no group shares.
 */
final class PulseLine implements FramedSocket.Handler {
  private static final Logger LOG = LoggerFactory.getLogger(PulseLine.class);
  private static final long REDIAL_MS = 1000;

  private final PeerTransport transport;
  private final Loop loop;
  private final NodeId peer;
  private FramedSocket socket;
  private GroupRefs refs;
  private Silence silence;
  private boolean dialled;
  private boolean open;
  private boolean closed;
  private long dials;

  PulseLine(PeerTransport transport, Loop loop, NodeId peer) {
    this.transport = transport;
    this.loop = loop;
    this.peer = peer;
  }

  /** Connects, unless it is connected or on the way, or the peer is not there. */
  void dial() {
    if (closed || dialled || !transport.connected(peer)) {
      return;
    }
    dialled = true;
    String address = transport.book().find(peer).peer();
    loop.withContext(
        () ->
            transport
                .dialler()
                .connect(NodeAddress.port(address), NodeAddress.host(address))
                .onComplete(
                    done -> {
                      if (done.failed()) {
                        later();
                      } else {
                        greet(done.result());
                      }
                    }));
  }

  private void later() {
    if (!closed) {
      loop.after(
          REDIAL_MS + transport.jitter(REDIAL_MS),
          () -> {
            dialled = false;
            dial();
          });
    }
  }

  private void greet(NetSocket connected) {
    if (closed) {
      connected.close();
      return;
    }
    socket = new FramedSocket(loop, connected, PeerProtocol.MAX_FRAME, this);
    refs = new GroupRefs();
    silence = new Silence(socket);
    LocalNode self = transport.self();
    new PeerProtocol.Hello(
            PeerProtocol.VERSION,
            self.cluster(),
            self.node(),
            peer,
            self.storeId(),
            self.incarnation(),
            Lane.CONTROL,
            self.addresses(),
            ++dials)
        .encode(socket.begin(PeerProtocol.PULSE));
    socket.end();
  }

  @Override
  public void frame(int kind, Bytes body) {
    switch (kind) {
      case PeerProtocol.WELCOME -> {
        PeerProtocol.Welcome welcome = PeerProtocol.Welcome.decode(new Decoder(body));
        if (welcome.node().equals(peer)) {
          open = true;
        } else {
          socket.close("this is " + welcome.node() + ", not " + peer);
        }
      }
      case PeerProtocol.REFUSED -> socket.close("refused: " + new Decoder(body).text());
      case PeerProtocol.PONG -> {}
      default -> throw new MalformedException("frame of kind " + kind + " on a pulse", 0);
    }
  }

  /** Tells the peer that the loop of these groups is busy here; dropped when it is not connected. */
  void tellBusy(List<GroupId> groups) {
    if (open) {
      Encoder out = socket.begin(PeerProtocol.BUSY).varint(groups.size());
      groups.forEach(group -> refs.write(out, group));
      socket.end();
      transport.counters().busyOut.increment();
    }
  }

  /** Closes when nothing has come for so many checks, pongs at least. */
  void check(int silentLimit) {
    if (socket == null) {
      return;
    }
    if (silence.lasts(silentLimit)) {
      transport.counters().idleClosed.increment();
      socket.close("nothing heard for " + silentLimit + " s");
    } else if (open) {
      socket.begin(PeerProtocol.PING);
      socket.end();
    }
  }

  @Override
  public void closed(String why, boolean malformed) {
    if (malformed) {
      transport.counters().malformed.increment();
    }
    LOG.debug("pulse to {}: {}", peer, why);
    socket = null;
    open = false;
    later();
  }

  void close() {
    closed = true;
    if (socket != null) {
      socket.close("this node stops");
    }
  }
}
