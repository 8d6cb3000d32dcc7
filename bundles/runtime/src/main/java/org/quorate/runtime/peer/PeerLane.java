package org.quorate.runtime.peer;

import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.client.net.FramedSocket;
import org.quorate.client.net.Loop;
import org.quorate.runtime.peer.PeerDial.Failure;
import org.quorate.spi.transport.Lane;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection to a peer for one lane. Both nodes dial; of two attempts at a time that of the
 * node with the smaller name wins. Dials again with growing, jittered pauses. Everything on the
 * transport's loop, except {@link #writable()} and what is said of figures.
 */
final class PeerLane {
  private static final Logger LOG = LoggerFactory.getLogger(PeerLane.class);
  private static final long BACKOFF_MIN_MS = 50;
  private static final long BACKOFF_MAX_MS = 1000;
  private static final long REFUSED_PAUSE_MS = 2000;
  private static final long TAKEN_PAUSE_MS = 200;

  private final PeerTransport transport;
  private final Loop loop;
  private final NodeId peer;
  private final Lane lane;
  private final long budget;
  private final boolean smaller;
  private volatile PeerConnection open;
  private PeerDial dial;
  private long dials;
  private Runnable redial;
  private long backoffMs = BACKOFF_MIN_MS;
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
    this.smaller = transport.self().node().compareTo(peer) < 0;
  }

  /** Dials unless it is connected or on the way. */
  void dial() {
    if (closed || open != null || dial != null || redial != null) {
      return;
    }
    String address = transport.book().find(peer).peer();
    if (address.isEmpty()) {
      say("its address is not known");
      again(BACKOFF_MAX_MS);
      return;
    }
    dial = new PeerDial(transport, this, peer, lane, ++dials);
    dial.start(address);
  }

  /** The dial has come to nothing. */
  void failed(Failure how, String why) {
    dial = null;
    refused = how == Failure.REFUSED;
    if (how == Failure.TAKEN) {
      trouble = why;
    } else {
      say(why);
    }
    again(
        switch (how) {
          case UNREACHABLE -> backoff();
          case REFUSED -> REFUSED_PAUSE_MS;
          case TAKEN -> TAKEN_PAUSE_MS + transport.jitter(TAKEN_PAUSE_MS);
        });
    if (refused) {
      transport.counters().refusedOut.increment();
      transport.handler().disconnected(peer, lane, why, true);
    }
  }

  private void say(String why) {
    trouble = why;
    if (!why.equals(logged)) {
      logged = why;
      LOG.info("{} with {}: {}", lane, peer, why);
    }
  }

  private long backoff() {
    long pause = backoffMs / 2 + transport.jitter(backoffMs / 2 + 1);
    backoffMs = Math.min(BACKOFF_MAX_MS, backoffMs * 2);
    return pause;
  }

  private void again(long pauseMs) {
    if (!closed) {
      redial =
          loop.after(
              pauseMs,
              () -> {
                redial = null;
                dial();
              });
    }
  }

  /** Why a node under the peer's name is not taken for it, or null. */
  String objection(PeerProtocol.Hello hello) {
    PeerConnection now = open;
    if (now == null || now.origin().storeId() == hello.storeId()) {
      return null;
    }
    return "node '"
        + peer
        + "' with another store, "
        + Long.toHexString(now.origin().storeId())
        + ", is connected from "
        + now.remote();
  }

  /**
   * Whether the peer's hello is taken rather than what is open or under way here. A new start of
   * the peer always is, and its later dial in the place of its earlier one: it knows that one to be
   * dead. Hellos that arrive late never are.
   */
  boolean yields(PeerProtocol.Hello hello) {
    if (closed) {
      return false;
    }
    PeerConnection now = open;
    if (now == null) {
      return dial == null || !smaller || !dial.hasPriority();
    }
    int order = Long.compare(hello.incarnation(), now.origin().incarnation());
    if (order != 0) {
      return order > 0;
    }
    return now.origin().dialled() ? !smaller : hello.dial() > now.origin().dial();
  }

  /** The peer's dial has been welcomed. */
  PeerConnection accepted(PeerProtocol.Hello hello, FramedSocket socket) {
    return new PeerConnection(
        transport,
        this,
        lane,
        socket,
        new PeerConnection.Origin(peer, false, hello.storeId(), hello.incarnation(), hello.dial()));
  }

  /** From now on this is the lane's connection. */
  void opened(PeerConnection connection) {
    if (dial != null) {
      dial.abandon("the peer's connection goes before");
      dial = null;
    }
    cancelRedial();
    PeerConnection before = open;
    open = connection;
    storeId = connection.origin().storeId();
    if (before != null) {
      before.close("replaced by a newer connection");
    }
    refused = false;
    backoffMs = BACKOFF_MIN_MS;
    logged = "";
    LOG.info(
        "{} with {} is open, dialled {}",
        lane,
        peer,
        connection.origin().dialled() ? "here" : "there");
    transport.opened(peer, storeId, lane);
  }

  /** A connection has closed: the lane's, or the one that was before it. */
  void lost(PeerConnection connection, String why, boolean malformed) {
    sentBefore += connection.sentBytes();
    if (malformed) {
      transport.counters().malformed.increment();
    }
    if (connection == open) {
      open = null;
      say(why);
      again(backoff());
    }
    transport.lost(peer, lane);
    transport.handler().disconnected(peer, lane, why, false);
  }

  /** Sends a group's frame or drops it. */
  void send(GroupId group, Bytes frame) {
    PeerConnection connection = open;
    if (connection == null || connection.pendingBytes() + frame.length() > budget) {
      transport.counters().dropped.increment();
      if (connection == null && lane == Lane.BULK) {
        dial();
      }
      return;
    }
    connection.send(group, frame);
    transport.counters().framesOut.increment();
  }

  /** Asks a question; false when the peer is not connected. */
  boolean ask(long id, int operation, Bytes body) {
    PeerConnection connection = open;
    if (connection == null) {
      return false;
    }
    connection.ask(id, operation, body);
    return true;
  }

  boolean writable() {
    PeerConnection connection = open;
    return connection != null && connection.pendingBytes() < budget / 2;
  }

  long pendingBytes() {
    PeerConnection connection = open;
    return connection == null ? 0 : connection.pendingBytes();
  }

  /** Bytes sent since the start. */
  long sentBytes() {
    PeerConnection connection = open;
    return sentBefore + (connection == null ? 0 : connection.sentBytes());
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

  /** Closes what has been silent for so many checks. */
  void check(int silentLimit) {
    if (open != null) {
      open.check(silentLimit);
    } else if (dial != null) {
      dial.check(silentLimit);
    }
  }

  /** The peer has just come up: try at once. */
  void hurry() {
    if (redial != null && !refused) {
      cancelRedial();
      backoffMs = BACKOFF_MIN_MS;
      dial();
    }
  }

  private void cancelRedial() {
    if (redial != null) {
      redial.run();
      redial = null;
    }
  }

  void close() {
    closed = true;
    cancelRedial();
    if (dial != null) {
      dial.abandon("this node stops");
      dial = null;
    }
    if (open != null) {
      open.close("this node stops");
    }
  }
}
