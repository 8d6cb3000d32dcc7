package org.quorate.runtime.peer;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.client.net.FramedSocket;
import org.quorate.client.net.Loop;
import org.quorate.runtime.api.Metric;
import org.quorate.runtime.api.NodeMetrics;
import org.quorate.runtime.api.NodeStatus.PeerStatus;
import org.quorate.spi.transport.Lane;
import org.quorate.spi.transport.Transport;

/**
 * This node's connections to its peers: one per peer and lane, and the {@link Pulses}. Everything on
 * one loop; {@link #forGroup} and {@link #ask} may be used from any thread.
 */
public final class PeerTransport {
  private static final long CHECK_MS = 1000;
  private static final int SILENT_CHECKS = 4;
  private static final long CONTROL_BUDGET = 4 << 20;
  private static final long DATA_BUDGET = 96 << 20;
  private static final long BULK_BUDGET = 16 << 20;
  private static final int MAX_INBOUND = 1024;

  private final Vertx vertx;
  private final Loop loop;
  private final LocalNode self;
  private final AddressBook book;
  private final PeerHandler handler;
  private final PeerCounters counters = new PeerCounters();
  private final NetClient dialler;
  private final Pulses pulses;
  private final NetServerOptions serverOptions;
  private final Map<NodeId, PeerLane[]> lanes = new ConcurrentHashMap<>();
  private final Set<PeerInbound> greeting = new HashSet<>();
  private final Map<NodeId, PulseInbound> pulsesIn = new TreeMap<>();
  private final Set<FramedSocket> accepted = new HashSet<>();
  private final Map<NodeId, Long> incarnations = new TreeMap<>();
  private final Map<Long, Question> questions = new TreeMap<>();
  private long nextQuestion = 1;
  private NetServer server;
  private Runnable checks = () -> {};
  private boolean closed;

  private record Question(NodeId to, Lane lane, long deadlineMs, Consumer<Bytes> answer) {}

  /**
   * A transport that does nothing yet.
   *
   * @param pulseLoop speaks for the others when they are busy: nothing else runs there
   * @param serverOptions carry what TLS needs, as do the client's
   */
  public PeerTransport(
      Vertx vertx,
      Loop loop,
      Loop pulseLoop,
      LocalNode self,
      AddressBook book,
      PeerHandler handler,
      NetServerOptions serverOptions,
      NetClientOptions clientOptions) {
    this.vertx = vertx;
    this.loop = loop;
    this.self = self;
    this.book = book;
    this.handler = handler;
    this.serverOptions = serverOptions.setTcpNoDelay(true).setReuseAddress(true);
    this.dialler = vertx.createNetClient(clientOptions.setTcpNoDelay(true).setConnectTimeout(2000));
    this.pulses = new Pulses(this, pulseLoop);
  }

  Loop loop() {
    return loop;
  }

  LocalNode self() {
    return self;
  }

  AddressBook book() {
    return book;
  }

  PeerHandler handler() {
    return handler;
  }

  /** Totals since the start. */
  public PeerCounters counters() {
    return counters;
  }

  NetClient dialler() {
    return dialler;
  }

  long jitter(long bound) {
    return ThreadLocalRandom.current().nextLong(bound);
  }

  /** Listens on host:port. */
  public Future<Void> listen(String address) {
    io.vertx.core.Promise<Void> listening = io.vertx.core.Promise.promise();
    loop.withContext(
        () -> {
          server = vertx.createNetServer(serverOptions);
          server.connectHandler(this::accept);
          server
              .listen(NodeAddress.port(address), NodeAddress.host(address))
              .<Void>mapEmpty()
              .onComplete(listening);
          checks = loop.every(CHECK_MS, this::check);
          pulses.start(CHECK_MS, SILENT_CHECKS);
        });
    return listening.future();
  }

  private void accept(NetSocket socket) {
    if (closed || accepted.size() >= MAX_INBOUND) {
      counters.refusedIn.increment();
      socket.close();
      return;
    }
    PeerInbound dialled = new PeerInbound(this, socket);
    greeting.add(dialled);
    accepted.add(dialled.socket());
  }

  /** Why a hello is refused, or null. */
  String objection(PeerProtocol.Hello hello) {
    if (hello.version() != PeerProtocol.VERSION) {
      return "protocol version " + hello.version() + ", this node speaks " + PeerProtocol.VERSION;
    }
    if (!hello.cluster().equals(self.cluster())) {
      return "cluster '" + hello.cluster() + "', this node belongs to '" + self.cluster() + "'";
    }
    if (!hello.to().equals(self.node())) {
      return "looking for node '" + hello.to() + "', this is '" + self.node() + "'";
    }
    if (hello.from().equals(self.node())) {
      return "another node of this node's own name '" + self.node() + "'";
    }
    PeerLane[] known = lanes.get(hello.from());
    return known == null ? null : known[hello.lane().ordinal()].objection(hello);
  }

  /** Whether the hello is taken rather than this node's own connection of the pair. */
  boolean yields(PeerProtocol.Hello hello) {
    PeerLane[] known = lanes.get(hello.from());
    return known == null || known[hello.lane().ordinal()].yields(hello);
  }

  /** The hello has been answered by a welcome. */
  void welcomed(PeerInbound connection, PeerProtocol.Hello hello) {
    greeting.remove(connection);
    boolean known = lanes.containsKey(hello.from());
    PeerLane lane = lanes.computeIfAbsent(hello.from(), this::lanesOf)[hello.lane().ordinal()];
    PeerConnection opened = lane.accepted(hello, connection.socket());
    connection.socket().maxFrame(PeerProtocol.MAX_FRAME);
    connection.socket().handler(opened);
    book.learn(hello.from(), hello.addresses());
    lane.opened(opened);
    met(hello.from(), hello.incarnation());
    if (!known) {
      handler.met(hello.from());
    }
  }

  /** A lane with a peer was opened; from either side. */
  void opened(NodeId peer, long storeId, Lane lane) {
    if (lane == Lane.CONTROL) {
      pulses.connect(peer);
    }
    handler.connected(peer, storeId, lane);
  }

  /** Whether the peer is there; a moment old when asked from another thread. */
  boolean connected(NodeId peer) {
    PeerLane[] all = lanes.get(peer);
    return all != null && all[Lane.CONTROL.ordinal()].connected();
  }

  /** The hello of a pulse has been answered by a welcome. */
  void pulse(PeerInbound connection, PeerProtocol.Hello hello) {
    greeting.remove(connection);
    PulseInbound pulse = new PulseInbound(this, hello.from(), connection.socket());
    connection.socket().maxFrame(PeerProtocol.MAX_PULSE);
    connection.socket().handler(pulse);
    PulseInbound before = pulsesIn.put(hello.from(), pulse);
    if (before != null) {
      before.close("replaced by a newer connection");
    }
  }

  /** A pulse has closed. */
  void gone(PulseInbound pulse, NodeId peer, FramedSocket socket) {
    pulsesIn.remove(peer, pulse);
    forget(socket);
  }

  /**
   * Tells a peer that the loop of some groups is busy here; on the pulse loop. Dropped if the peer is
   * not connected.
   */
  public void tellBusy(NodeId peer, List<GroupId> groups) {
    pulses.tellBusy(peer, groups);
  }

  /** A peer is there; if it has just come up, its other lanes need not wait any longer. */
  void met(NodeId peer, long incarnation) {
    Long before = incarnations.put(peer, incarnation);
    if (before == null || before != incarnation) {
      for (PeerLane lane : lanes.get(peer)) {
        lane.hurry();
      }
    }
  }

  /** Was closed before its hello was answered. */
  void gone(PeerInbound connection) {
    greeting.remove(connection);
    forget(connection.socket());
  }

  void forget(FramedSocket socket) {
    accepted.remove(socket);
  }

  /** Keeps connections to a peer from now on. */
  public void connect(NodeId peer) {
    loop.run(
        () -> {
          if (closed || peer.equals(self.node())) {
            return;
          }
          PeerLane[] all = lanes.computeIfAbsent(peer, this::lanesOf);
          all[Lane.CONTROL.ordinal()].dial();
          all[Lane.DATA.ordinal()].dial();
        });
  }

  private PeerLane[] lanesOf(NodeId peer) {
    PeerLane[] all = new PeerLane[Lane.values().length];
    all[Lane.CONTROL.ordinal()] = new PeerLane(this, peer, Lane.CONTROL, CONTROL_BUDGET);
    all[Lane.DATA.ordinal()] = new PeerLane(this, peer, Lane.DATA, DATA_BUDGET);
    all[Lane.BULK.ordinal()] = new PeerLane(this, peer, Lane.BULK, BULK_BUDGET);
    return all;
  }

  /** The transport as one group sees it. */
  public Transport forGroup(GroupId group) {
    return new Transport() {
      @Override
      public void send(NodeId to, Lane lane, Bytes frame) {
        PeerLane[] peer = lanes.get(to);
        if (peer == null) {
          connect(to);
          counters.dropped.increment();
        } else if (loop.inside()) {
          peer[lane.ordinal()].send(group, frame);
        } else {
          loop.execute(() -> peer[lane.ordinal()].send(group, frame));
        }
      }

      @Override
      public boolean writable(NodeId to, Lane lane) {
        PeerLane[] peer = lanes.get(to);
        return peer != null && peer[lane.ordinal()].writable();
      }
    };
  }

  /**
   * Asks a peer.
   *
   * @param answer takes the reply, on the transport's loop; null when there is none in time or the
   *     connection broke
   * @param unsent called instead when the peer is not connected: it knows nothing of it
   */
  public void ask(
      NodeId to,
      Lane lane,
      int operation,
      Bytes body,
      long timeoutMs,
      Consumer<Bytes> answer,
      Runnable unsent) {
    loop.run(
        () -> {
          connect(to);
          PeerLane[] peer = lanes.get(to);
          long id = nextQuestion++;
          if (peer == null || !peer[lane.ordinal()].ask(id, operation, body)) {
            unsent.run();
            return;
          }
          questions.put(id, new Question(to, lane, nowMs() + timeoutMs, answer));
        });
  }

  void replied(Decoder in) {
    Question question = questions.remove(in.varint());
    boolean good = in.bool();
    if (question != null) {
      question.answer().accept(good ? in.rest() : null);
    }
  }

  static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }

  private void check() {
    lanes.values().forEach(all -> List.of(all).forEach(lane -> lane.check(SILENT_CHECKS)));
    List.copyOf(greeting).forEach(connection -> connection.check(SILENT_CHECKS));
    List.copyOf(pulsesIn.values()).forEach(pulse -> pulse.check(SILENT_CHECKS));
    giveUp(question -> question.deadlineMs() <= nowMs());
  }

  /** No answer can come any more to what was asked on a connection that broke. */
  void lost(NodeId peer, Lane lane) {
    giveUp(question -> question.to().equals(peer) && question.lane() == lane);
  }

  private void giveUp(Predicate<Question> which) {
    List<Question> late = new ArrayList<>();
    Iterator<Question> each = questions.values().iterator();
    while (each.hasNext()) {
      Question question = each.next();
      if (which.test(question)) {
        each.remove();
        late.add(question);
      }
    }
    late.forEach(question -> question.answer().accept(null));
  }

  /** Connections to peers as they are now; a moment old when read from another thread. */
  public List<PeerStatus> status() {
    List<PeerStatus> all = new ArrayList<>();
    new TreeMap<>(lanes)
        .forEach(
            (peer, each) -> {
              PeerLane control = each[Lane.CONTROL.ordinal()];
              PeerLane data = each[Lane.DATA.ordinal()];
              boolean up = control.connected() && data.connected();
              String state =
                  up ? "CONNECTED" : data.refused() || control.refused() ? "REFUSED" : "CONNECTING";
              NodeAddress address = book.find(peer);
              String store = data.storeId() == 0 ? "" : Long.toHexString(data.storeId());
              all.add(
                  new PeerStatus(
                      peer,
                      address.peer(),
                      address.client(),
                      state,
                      up ? "" : data.connected() ? control.trouble() : data.trouble(),
                      store,
                      data.pendingBytes() + each[Lane.BULK.ordinal()].pendingBytes()));
            });
    return all;
  }

  /** Adds what the lanes of all peers have sent and hold; a moment old. */
  public void measure(List<Metric.Sample> to) {
    new TreeMap<>(lanes)
        .forEach(
            (peer, all) -> {
              for (Lane lane : Lane.values()) {
                String name = lane.name().toLowerCase(Locale.ROOT);
                PeerLane each = all[lane.ordinal()];
                to.add(NodeMetrics.PEER_QUEUED.sample(each.pendingBytes(), peer.name(), name));
                to.add(NodeMetrics.PEER_SENT.sample(each.sentBytes(), peer.name(), name));
              }
            });
  }

  /** Store identity that the peer showed last, 0 before it was met. */
  public long storeId(NodeId peer) {
    PeerLane[] all = lanes.get(peer);
    return all == null ? 0 : all[Lane.CONTROL.ordinal()].storeId();
  }

  /** Closes everything; on the loop. */
  public Future<Void> close() {
    closed = true;
    checks.run();
    pulses.close();
    lanes.values().forEach(all -> List.of(all).forEach(PeerLane::close));
    List.copyOf(accepted).forEach(socket -> socket.close("this node stops"));
    Future<Void> stopped = server == null ? Future.succeededFuture() : server.close();
    return stopped.eventually(dialler::close);
  }
}
