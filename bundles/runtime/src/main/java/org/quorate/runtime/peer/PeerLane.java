package org.quorate.runtime.peer;

import io.vertx.core.net.NetSocket;
import java.util.function.Consumer;
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
 * The connection that this node dials to a peer for one lane. Dials again with growing, jittered
 * pauses. Everything on the transport's loop, except {@link #writable()}.
 */
final class PeerLane {
  private static final Logger LOG = LoggerFactory.getLogger(PeerLane.class);
  private static final long BACKOFF_MIN_MS = 50;
  private static final long BACKOFF_MAX_MS = 1000;
  private static final long REFUSED_PAUSE_MS = 2000;

  private final PeerTransport transport;
  private final Loop loop;
  private final NodeId peer;
  private final Lane lane;
  private final long budget;
  private volatile FramedSocket open;
  private FramedSocket greeting;
  private boolean dialling;
  private Runnable redial;
  private GroupRefs refs = new GroupRefs();
  private long backoffMs = BACKOFF_MIN_MS;
  private long seenFrames;
  private int silentChecks;
  private String trouble = "not dialled yet";
  private String logged = "";
  private boolean refused;
  private boolean closed;
  private long storeId;

  /** Bytes that earlier connections of this lane have sent. */
  private long sentBefore;

  PeerLane(PeerTransport transport, NodeId peer, Lane lane, long budget) {
    this.transport = transport;
    this.loop = transport.loop();
    this.peer = peer;
    this.lane = lane;
    this.budget = budget;
  }

  /** Dials unless it is connected or on the way. */
  void dial() {
    if (closed || open != null || greeting != null || dialling || redial != null) {
      return;
    }
    String address = transport.book().find(peer).peer();
    if (address.isEmpty()) {
      again("its address is not known", BACKOFF_MAX_MS);
      return;
    }
    dialling = true;
    loop.withContext(
        () ->
            transport
                .dialler()
                .connect(NodeAddress.port(address), NodeAddress.host(address))
                .onComplete(
                    done -> {
                      dialling = false;
                      if (done.failed()) {
                        again(address + ": " + done.cause().getMessage(), 0);
                      } else if (closed) {
                        done.result().close();
                      } else {
                        greet(done.result());
                      }
                    }));
  }

  private void greet(NetSocket socket) {
    Dialled handler = new Dialled();
    handler.mine = new FramedSocket(loop, socket, PeerProtocol.MAX_FRAME, handler);
    greeting = handler.mine;
    silentChecks = 0;
    seenFrames = 0;
    LocalNode self = transport.self();
    Encoder out = greeting.begin(PeerProtocol.HELLO);
    new PeerProtocol.Hello(
            PeerProtocol.VERSION,
            self.cluster(),
            self.node(),
            peer,
            self.storeId(),
            self.incarnation(),
            lane,
            self.addresses())
        .encode(out);
    greeting.end();
  }

  private void again(String why, long pauseMs) {
    trouble = why;
    if (!why.equals(logged)) {
      logged = why;
      LOG.info("{} to {}: {}; dialling again", lane, peer, why);
    }
    long pause = pauseMs > 0 ? pauseMs : backoffMs / 2 + transport.jitter(backoffMs / 2 + 1);
    backoffMs = Math.min(BACKOFF_MAX_MS, backoffMs * 2);
    if (!closed) {
      redial =
          loop.after(
              pause,
              () -> {
                redial = null;
                dial();
              });
    }
  }

  /** Sends a group's frame or drops it. */
  void send(GroupId group, Bytes frame) {
    FramedSocket socket = open;
    if (socket == null || socket.pendingBytes() + frame.length() > budget) {
      transport.counters().dropped.increment();
      if (socket == null && lane == Lane.BULK) {
        dial();
      }
      return;
    }
    Encoder out = socket.begin(PeerProtocol.GROUP);
    refs.write(out, group);
    out.raw(frame);
    socket.end();
    transport.counters().framesOut.increment();
  }

  /** Asks a question; false when the peer is not connected. */
  boolean ask(long id, int operation, Bytes body) {
    FramedSocket socket = open;
    if (socket == null) {
      return false;
    }
    socket.begin(PeerProtocol.REQUEST).varint(id).u8(operation).raw(body);
    socket.end();
    return true;
  }

  boolean writable() {
    FramedSocket socket = open;
    return socket != null && socket.pendingBytes() < budget / 2;
  }

  long pendingBytes() {
    FramedSocket socket = open;
    return socket == null ? 0 : socket.pendingBytes();
  }

  /** Bytes sent since the start. */
  long sentBytes() {
    FramedSocket socket = open;
    return sentBefore + (socket == null ? 0 : socket.taken());
  }

  boolean connected() {
    return open != null;
  }

  boolean refused() {
    return refused;
  }

  /** Empty while connected. */
  String trouble() {
    return open != null ? "" : trouble;
  }

  long storeId() {
    return storeId;
  }

  /** Sends a ping; closes a connection from which nothing came for so many checks. */
  void check(int silentLimit) {
    FramedSocket socket = open != null ? open : greeting;
    if (socket == null) {
      return;
    }
    if (socket.framesIn() != seenFrames) {
      seenFrames = socket.framesIn();
      silentChecks = 0;
    } else if (++silentChecks >= silentLimit) {
      transport.counters().idleClosed.increment();
      socket.close("nothing heard for " + silentChecks + " pings");
      return;
    }
    if (socket == open) {
      socket.begin(PeerProtocol.PING);
      socket.end();
    }
  }

  /** The address has changed or the peer has just dialled us: try at once. */
  void hurry() {
    if (redial != null && !refused) {
      redial.run();
      redial = null;
      backoffMs = BACKOFF_MIN_MS;
      dial();
    }
  }

  void close() {
    closed = true;
    if (redial != null) {
      redial.run();
      redial = null;
    }
    FramedSocket socket = open != null ? open : greeting;
    if (socket != null) {
      socket.close("this node stops");
    }
  }

  /** What comes back on a connection that was dialled. */
  private final class Dialled implements FramedSocket.Handler {
    private final Consumer<Decoder> replies = transport::replied;
    private FramedSocket mine;

    @Override
    public void frame(int kind, Bytes body) {
      Decoder in = new Decoder(body);
      if (mine == greeting) {
        answered(kind, in);
      } else if (kind == PeerProtocol.REPLY) {
        replies.accept(in);
      } else if (kind != PeerProtocol.PONG) {
        throw new MalformedException("frame of kind " + kind + " on a dialled connection", 0);
      }
    }

    private void answered(int kind, Decoder in) {
      if (kind == PeerProtocol.REFUSED) {
        refused = true;
        greeting.close("refused: " + in.text());
        return;
      }
      if (kind != PeerProtocol.WELCOME) {
        throw new MalformedException("frame of kind " + kind + " before the welcome", 0);
      }
      PeerProtocol.Welcome welcome = PeerProtocol.Welcome.decode(in);
      if (!welcome.node().equals(peer)) {
        refused = true;
        greeting.close("this is " + welcome.node() + ", not " + peer);
        return;
      }
      transport.book().learn(peer, welcome.addresses());
      storeId = welcome.storeId();
      open = greeting;
      greeting = null;
      refs = new GroupRefs();
      refused = false;
      backoffMs = BACKOFF_MIN_MS;
      logged = "";
      LOG.info("{} to {} is open", lane, peer);
      transport.handler().connected(peer, storeId, lane);
    }

    @Override
    public void closed(String why, boolean malformed) {
      boolean wasOpen = mine == open;
      if (!wasOpen && mine != greeting) {
        return;
      }
      sentBefore += mine.taken();
      open = null;
      greeting = null;
      if (malformed) {
        transport.counters().malformed.increment();
      }
      if (refused) {
        transport.counters().refusedOut.increment();
      }
      if (wasOpen) {
        transport.lost(peer, lane);
      }
      if (wasOpen || refused) {
        transport.handler().disconnected(peer, lane, why, refused);
      }
      again(why, refused ? REFUSED_PAUSE_MS : 0);
    }
  }
}
