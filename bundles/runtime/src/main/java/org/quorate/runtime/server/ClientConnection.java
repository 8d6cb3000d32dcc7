package org.quorate.runtime.server;

import io.vertx.core.net.NetSocket;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.KeyRange;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.protocol.ClientProtocol;
import org.quorate.api.protocol.Frames;
import org.quorate.api.protocol.GroupInfo;
import org.quorate.api.protocol.GroupRefs;
import org.quorate.api.protocol.Outcomes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.client.net.FramedSocket;
import org.quorate.client.net.Loop;
import org.quorate.core.config.ParameterRegistry;
import org.quorate.runtime.api.AccessRole;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.runtime.node.GroupHost;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection: decodes its requests and hands them to the groups, which live on the same
 * loop when there is one; answers in any order. A client that sends faster than it is answered is
 * not read from; one that does not take its answers is closed.
 */
final class ClientConnection implements FramedSocket.Handler {
  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);
  private static final int MAX_ANSWER = Frames.MAX_REPLY_FRAME - 1024;

  private static final int TURNS_MAX = 64;

  private final ClientServer server;
  private final Loop loop;
  private final FramedSocket socket;
  private final GroupRefs refs = new GroupRefs();
  private final Function<NodeId, String> addresses;
  private final Map<Long, Runnable> watches = new HashMap<>();

  /** Sessions whose transactions have waited for turns here. */
  private final Map<Long, GroupId> turns =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, GroupId> eldest) {
          return size() > TURNS_MAX;
        }
      };

  private final long outstandingMax;
  private final long pendingMax;
  private final long bornMs = nowMs();
  private boolean checking;
  private boolean greeted;
  private AccessRole role;
  private boolean paused;
  private long outstanding;
  private long requests;
  private long seenFrames;
  private long heardMs = bornMs;
  private long seenTaken;
  private long takenMs = bornMs;

  ClientConnection(ClientServer server, Loop loop, NetSocket socket) {
    this.server = server;
    this.loop = loop;
    this.addresses = server.node().addresses()::client;
    ParameterRegistry parameters = server.node().parameters();
    this.outstandingMax = parameters.number(NodeParameters.CLIENT_OUTSTANDING_MAX);
    this.pendingMax = parameters.number(NodeParameters.CLIENT_PENDING_MAX_BYTES);
    this.socket = new FramedSocket(loop, socket, Frames.MAX_GREETING_FRAME, this);
  }

  private static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }

  Loop loop() {
    return loop;
  }

  void close(String why) {
    socket.close(why);
  }

  // ---- requests -----------------------------------------------------------------------------

  @Override
  public void frame(int kind, Bytes body) {
    Decoder in = new Decoder(body);
    if (!greeted) {
      if (kind != ClientProtocol.HELLO) {
        throw new MalformedException("request of kind " + kind + " before the hello", 0);
      }
      greet(in);
      return;
    }
    requests++;
    switch (kind) {
      case ClientProtocol.PROPOSE -> propose(in);
      case ClientProtocol.READ -> read(in);
      case ClientProtocol.OPEN_SESSION -> {
        long id = in.varint();
        GroupId group = refs.read(in);
        long ttlMs = in.varint();
        changeGroup(id, group, host -> host.openSession(ttlMs, outcome -> outcome(id, outcome)));
      }
      case ClientProtocol.KEEP_ALIVE -> {
        long id = in.varint();
        GroupId group = refs.read(in);
        List<Long> sessions = in.list(Decoder::varint);
        changeGroup(id, group, host -> host.keepAlive(sessions, outcome -> outcome(id, outcome)));
      }
      case ClientProtocol.CLOSE_SESSION -> {
        long id = in.varint();
        GroupId group = refs.read(in);
        long session = in.varint();
        changeGroup(id, group, host -> host.closeSession(session, outcome -> outcome(id, outcome)));
      }
      case ClientProtocol.GROUP_INFO -> info(in.varint(), refs.read(in));
      case ClientProtocol.WATCH -> {
        long id = in.varint();
        GroupId group = refs.read(in);
        long version = in.varint();
        watch(id, group, (host, then) -> host.watch(version, now -> then.changed(now, null)));
      }
      case ClientProtocol.WATCH_KEYS -> {
        long id = in.varint();
        GroupId group = refs.read(in);
        long version = in.varint();
        List<KeyRange> keys = in.list(KeyRange::decode);
        Bytes query = in.remaining() > 0 ? in.bytes() : null;
        watch(id, group, (host, then) -> host.watch(keys, version, query, then));
      }
      case ClientProtocol.CANCEL -> cancel(in.varint());
      case ClientProtocol.PING -> {
        socket.begin(ClientProtocol.PONG).varint(in.varint());
        socket.end();
      }
      case ClientProtocol.BOOTSTRAP -> bootstrap(in.varint());
      default -> throw new MalformedException("request of kind " + kind, 0);
    }
  }

  private void greet(Decoder in) {
    if (in.i32() != ClientProtocol.MAGIC) {
      throw new MalformedException("magic of a client's hello", 0);
    }
    long version = in.varint();
    String token = in.text();
    String name = in.text();
    if (version != ClientProtocol.VERSION) {
      refuse(name, "protocol version " + version + ", this node speaks " + ClientProtocol.VERSION);
      return;
    }
    if (checking) {
      throw new MalformedException("a second hello", 0);
    }
    checking = true;
    server
        .node()
        .credentials()
        .check(token)
        .whenComplete((found, problem) -> loop.run(() -> checked(name, found, problem)));
  }

  private void checked(String name, Optional<AccessRole> found, Throwable problem) {
    if (socket.isClosed()) {
      return;
    }
    if (problem != null) {
      refuse(name, problem.getMessage());
    } else if (found.isEmpty()) {
      refuse(name, "the token or password is missing or wrong");
    } else {
      welcome(found.get());
    }
  }

  private void refuse(String name, String objection) {
    server.refused.increment();
    LOG.warn("refused client '{}' from {}: {}", name, socket.remote(), objection);
    socket.begin(ClientProtocol.REFUSED).text(objection);
    socket.end();
    socket.close("refused: " + objection);
  }

  private void welcome(AccessRole as) {
    role = as;
    greeted = true;
    socket.maxFrame(Frames.MAX_REQUEST_FRAME);
    socket
        .begin(ClientProtocol.WELCOME)
        .text(server.node().id().name())
        .text(server.node().config().cluster())
        .varint(Frames.MAX_REQUEST_FRAME);
    socket.end();
  }

  private interface Request {
    void on(GroupHost host);
  }

  private void changeGroup(long id, GroupId group, Request request) {
    GroupHost host = server.node().groups().find(group);
    begun();
    boolean ofSystem = group.equals(NodeControl.SYSTEM_GROUP);
    AccessRole needed = ofSystem ? AccessRole.ADMIN : AccessRole.OPERATOR;
    if (!role.covers(needed)) {
      outcome(id, new Rejected(Rejection.FORBIDDEN, forbidden(needed)));
    } else if (host == null) {
      outcome(id, unknown(group));
    } else {
      request.on(host);
    }
  }

  private String forbidden(AccessRole needed) {
    return "this needs the role " + needed.word() + ", the caller has " + role.word();
  }

  private Rejected unknown(GroupId group) {
    return new Rejected(
        Rejection.UNKNOWN_GROUP, "no group '" + group + "' on node " + server.node().id());
  }

  private void propose(Decoder in) {
    long id = in.varint();
    GroupId group = refs.read(in);
    var proposal = Outcomes.proposal(in);
    changeGroup(id, group, host -> host.propose(proposal, outcome -> outcome(id, outcome)));
  }

  private void read(Decoder in) {
    long id = in.varint();
    GroupId group = refs.read(in);
    ReadLevel level = Outcomes.level(in);
    Bytes query = in.bytes();
    begun();
    GroupHost host = server.node().groups().find(group);
    if (host == null) {
      answer(id, new ReadOutcome.Unanswered(unknown(group)));
    } else {
      if (level instanceof ReadLevel.Turn turn && role.covers(AccessRole.OPERATOR)) {
        turns.put(turn.session(), group);
      }
      host.read(query, level, outcome -> answer(id, outcome));
    }
  }

  private void info(long id, GroupId group) {
    begun();
    GroupHost host = server.node().groups().find(group);
    if (host == null) {
      informed(
          id,
          new GroupInfo(
              group.name(), "UNKNOWN", unknown(group).message(), "", "", 0, 0, List.of()));
      return;
    }
    host.loop()
        .run(
            () -> {
              GroupStatus s = host.statusNow();
              List<GroupInfo.Place> places =
                  s.members().stream()
                      .map(
                          m ->
                              new GroupInfo.Place(
                                  m.node().name(), m.role(), addresses.apply(m.node())))
                      .toList();
              GroupInfo info =
                  new GroupInfo(
                      group.name(),
                      s.state().name(),
                      s.why(),
                      s.role(),
                      s.hint() == null ? "" : s.hint().name(),
                      s.gtid().historyId(),
                      s.gtid().version(),
                      places);
              loop.run(() -> informed(id, info));
            });
  }

  private void informed(long id, GroupInfo info) {
    ended();
    if (!socket.isClosed()) {
      info.encode(socket.begin(ClientProtocol.GROUP_INFO_REPLY).varint(id));
      socket.end();
    }
  }

  private void watch(
      long id, GroupId group, BiFunction<GroupHost, GroupAccess.Sight, Runnable> watching) {
    GroupHost host = server.node().groups().find(group);
    if (host == null || watches.containsKey(id)) {
      notified(id, 0, null);
      return;
    }
    if (watches.size() >= server.node().parameters().number(NodeParameters.CLIENT_WATCHES_MAX)) {
      notified(id, GroupAccess.TOO_MANY, null);
      return;
    }
    Runnable[] cancel = new Runnable[1];
    cancel[0] = () -> {};
    watches.put(id, () -> cancel[0].run());
    cancel[0] = watching.apply(host, (now, answer) -> loop.run(() -> notified(id, now, answer)));
  }

  private void notified(long id, long version, ReadOutcome.Answered answer) {
    watches.remove(id);
    if (!socket.isClosed()) {
      Encoder out = socket.begin(ClientProtocol.NOTIFY).varint(id).varint(version);
      if (answer != null && answer.result().length() <= MAX_ANSWER) {
        Outcomes.readOutcome(out, answer, addresses);
      }
      socket.end();
    }
  }

  private void cancel(long id) {
    Runnable watch = watches.remove(id);
    if (watch != null) {
      watch.run();
    }
  }

  private void bootstrap(long id) {
    begun();
    if (!role.covers(AccessRole.ADMIN)) {
      bootstrapped(id, List.of(), new IllegalStateException(forbidden(AccessRole.ADMIN)));
      return;
    }
    server
        .node()
        .control()
        .bootstrap()
        .whenComplete(
            (names, problem) -> {
              Throwable cause =
                  problem instanceof java.util.concurrent.CompletionException
                      ? problem.getCause()
                      : problem;
              loop.run(() -> bootstrapped(id, names, cause));
            });
  }

  private void bootstrapped(long id, List<String> names, Throwable problem) {
    ended();
    if (socket.isClosed()) {
      return;
    }
    Encoder out = socket.begin(ClientProtocol.BOOTSTRAP_REPLY).varint(id).bool(problem == null);
    if (problem == null) {
      out.list(names, Encoder::text);
    } else {
      out.text(String.valueOf(problem.getMessage()));
    }
    socket.end();
  }

  // ---- answers ------------------------------------------------------------------------------

  private void outcome(long id, Outcome outcome) {
    if (!loop.inside()) {
      loop.execute(() -> outcome(id, outcome));
      return;
    }
    ended();
    if (!socket.isClosed()) {
      Encoder out = socket.begin(ClientProtocol.OUTCOME).varint(id);
      Outcomes.outcome(out, outcome, addresses);
      socket.end();
    }
  }

  private void answer(long id, ReadOutcome outcome) {
    if (!loop.inside()) {
      loop.execute(() -> answer(id, outcome));
      return;
    }
    ended();
    if (socket.isClosed()) {
      return;
    }
    ReadOutcome fitting = outcome;
    if (outcome instanceof ReadOutcome.Answered a && a.result().length() > MAX_ANSWER) {
      fitting =
          new ReadOutcome.Unanswered(
              new Rejected(
                  Rejection.TOO_LARGE,
                  "answer of " + a.result().length() + " bytes: ask for less at once"));
    }
    Encoder out = socket.begin(ClientProtocol.READ_OUTCOME).varint(id);
    Outcomes.readOutcome(out, fitting, addresses);
    socket.end();
  }

  private void giveWay(long session, GroupId group) {
    GroupHost host = server.node().groups().find(group);
    if (host != null) {
      host.clientGone(session);
    }
  }

  // ---- limits -------------------------------------------------------------------------------

  private void begun() {
    if (++outstanding >= outstandingMax) {
      regulate();
    }
  }

  private void ended() {
    outstanding--;
    if (paused || socket.pendingBytes() > pendingMax / 2) {
      regulate();
    }
  }

  /** Back-pressure: reads from the client only while it is answered and takes its answers. */
  private void regulate() {
    if (socket.isClosed()) {
      return;
    }
    long pending = socket.pendingBytes();
    if (pending > pendingMax) {
      server.slowClosed.increment();
      LOG.warn("closed {}: {} bytes of answers are not taken", socket.remote(), pending);
      socket.close("slow consumer");
    } else if (!paused && (outstanding >= outstandingMax || pending > pendingMax / 2)) {
      paused = true;
      socket.pause();
    } else if (paused && outstanding < outstandingMax / 2 + 1 && pending < pendingMax / 4) {
      paused = false;
      socket.resume();
    }
  }

  /** Every half second. */
  void check() {
    long now = nowMs();
    ParameterRegistry parameters = server.node().parameters();
    server.requests.add(requests);
    requests = 0;
    if (socket.framesIn() != seenFrames || paused) {
      seenFrames = socket.framesIn();
      heardMs = now;
    }
    if (socket.taken() != seenTaken || socket.pendingBytes() == 0) {
      seenTaken = socket.taken();
      takenMs = now;
    }
    if (!greeted && now - bornMs > parameters.number(NodeParameters.HELLO_MS)) {
      server.idleClosed.increment();
      socket.close("no hello within hello.ms");
    } else if (now - heardMs > parameters.number(NodeParameters.CLIENT_IDLE_MS)) {
      server.idleClosed.increment();
      socket.close("nothing heard within client.idle.ms");
    } else if (now - takenMs > parameters.number(NodeParameters.CLIENT_STALL_MS)) {
      server.slowClosed.increment();
      LOG.warn("closed {}: it takes no answers", socket.remote());
      socket.close("takes no answers");
    } else {
      regulate();
    }
  }

  @Override
  public void closed(String why, boolean malformed) {
    if (malformed) {
      server.malformed.increment();
      LOG.warn("closed the connection from {}: {}", socket.remote(), why);
    }
    watches.values().forEach(Runnable::run);
    watches.clear();
    turns.forEach(this::giveWay);
    server.requests.add(requests);
    server.gone(this);
  }
}
