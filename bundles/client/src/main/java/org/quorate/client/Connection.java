package org.quorate.client;

import io.vertx.core.net.NetSocket;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.KeyRange;
import org.quorate.api.Proposal;
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

/**
 * The connection to one node. On the client's loop. Dials when it is wanted, and again after a
 * pause; whoever waits for an answer when it breaks is told.
 */
final class Connection {
  /** Who waits for an answer; exactly one of the calls comes. */
  interface Waiter {
    default void outcome(Outcomes.Addressed outcome) {
      throw new MalformedException("an outcome nobody asked for", 0);
    }

    default void read(ReadOutcome.Answered answer, Outcomes.Addressed instead) {
      throw new MalformedException("an answer nobody asked for", 0);
    }

    default void info(GroupInfo info) {
      throw new MalformedException("information nobody asked for", 0);
    }

    default void bootstrapped(List<String> groups, String problem) {
      throw new MalformedException("a bootstrap nobody asked for", 0);
    }

    /** The connection broke: whether the request was executed is not known. */
    void lost(String why);
  }

  /** Who waits for a change; one of the calls comes, unless it is cancelled. */
  interface Watcher {
    /**
     * It has come.
     *
     * @param version the one reached, or 0 when the node cannot tell any more
     * @param answer to the query that the watch came with; null without one, or if the node has none
     */
    void reached(long version, ReadOutcome.Answered answer);

    /** The connection broke. */
    void lost(Connection from);
  }

  /** Told when the connection opens or cannot be opened. */
  interface Opening {
    void done(boolean open);
  }

  private static final long BACKOFF_MIN_MS = 20;
  private static final long BACKOFF_MAX_MS = 500;

  private final QuorateClient client;
  private final String address;
  private final Map<Long, Waiter> waiters = new HashMap<>();
  private final Map<Long, Watcher> watches = new HashMap<>();
  private List<Opening> openings = new ArrayList<>();
  private FramedSocket socket;
  private boolean greeted;
  private boolean dialling;
  private long notBeforeMs;
  private long backoffMs = BACKOFF_MIN_MS;
  private GroupRefs refs = new GroupRefs();
  private long nextId = 1;
  private long seenFrames;
  private int silentPings;
  private String node = "";
  private String trouble = "not connected yet";
  private String refusal;

  Connection(QuorateClient client, String address) {
    this.client = client;
    this.address = address;
  }

  String address() {
    return address;
  }

  /** Name of the node there, empty before it was met. */
  String node() {
    return node;
  }

  String trouble() {
    return trouble;
  }

  /** Why the node does not let this client in, or null: trying again will not help. */
  String refusal() {
    return refusal;
  }

  boolean isOpen() {
    return greeted;
  }

  /** Calls back when it is open, at once if it is; with false if it cannot be opened now. */
  void open(Opening then) {
    if (greeted) {
      then.done(true);
      return;
    }
    openings.add(then);
    if (socket != null || dialling) {
      return;
    }
    dialling = true;
    long pause = notBeforeMs - client.nowMs();
    if (pause > 0) {
      client.loop().after(pause, this::dial);
    } else {
      dial();
    }
  }

  private void dial() {
    if (client.isClosed()) {
      failed("the client is closed");
      return;
    }
    int colon = address.lastIndexOf(':');
    int port = Integer.parseInt(address.substring(colon + 1));
    String host = address.substring(0, colon);
    client
        .loop()
        .withContext(
            () ->
                client
                    .dialler()
                    .connect(port, host)
                    .onComplete(
                        done -> {
                          if (done.failed()) {
                            failed(address + ": " + reason(done.cause()));
                          } else if (client.isClosed()) {
                            done.result().close();
                            failed("the client is closed");
                          } else {
                            greet(done.result());
                          }
                        }));
  }

  /** Netty's message names the system call and the address again. */
  private static String reason(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return failure instanceof ConnectException && message.contains("refused")
        ? "connection refused"
        : message;
  }

  private void greet(NetSocket raw) {
    dialling = false;
    refs = new GroupRefs();
    seenFrames = 0;
    silentPings = 0;
    socket = new FramedSocket(client.loop(), raw, Frames.MAX_REPLY_FRAME, new Incoming());
    socket
        .begin(ClientProtocol.HELLO)
        .i32(ClientProtocol.MAGIC)
        .varint(ClientProtocol.VERSION)
        .text(client.options().token())
        .text(client.options().name());
    socket.end();
  }

  private void failed(String why) {
    trouble = why;
    dialling = false;
    notBeforeMs = client.nowMs() + backoffMs / 2 + client.jitter(backoffMs / 2 + 1);
    backoffMs = Math.min(BACKOFF_MAX_MS, backoffMs * 2);
    settle(false);
  }

  private void settle(boolean open) {
    List<Opening> told = openings;
    openings = new ArrayList<>();
    told.forEach(o -> o.done(open));
  }

  // ---- requests; only while open --------------------------------------------------------------

  private Encoder request(int kind, Waiter waiter) {
    long id = nextId++;
    if (waiter != null) {
      waiters.put(id, waiter);
    }
    return socket.begin(kind).varint(id);
  }

  void propose(GroupId group, Proposal proposal, Waiter waiter) {
    Encoder out = request(ClientProtocol.PROPOSE, waiter);
    refs.write(out, group);
    Outcomes.proposal(out, proposal);
    socket.end();
  }

  void read(GroupId group, Bytes query, ReadLevel level, Waiter waiter) {
    Encoder out = request(ClientProtocol.READ, waiter);
    refs.write(out, group);
    Outcomes.level(out, level);
    out.bytes(query);
    socket.end();
  }

  void openSession(GroupId group, long ttlMs, Waiter waiter) {
    Encoder out = request(ClientProtocol.OPEN_SESSION, waiter);
    refs.write(out, group);
    out.varint(ttlMs);
    socket.end();
  }

  void keepAlive(GroupId group, List<Long> sessions, Waiter waiter) {
    Encoder out = request(ClientProtocol.KEEP_ALIVE, waiter);
    refs.write(out, group);
    out.list(sessions, Encoder::varint);
    socket.end();
  }

  void closeSession(GroupId group, long session, Waiter waiter) {
    Encoder out = request(ClientProtocol.CLOSE_SESSION, waiter);
    refs.write(out, group);
    out.varint(session);
    socket.end();
  }

  void info(GroupId group, Waiter waiter) {
    refs.write(request(ClientProtocol.GROUP_INFO, waiter), group);
    socket.end();
  }

  void bootstrap(Waiter waiter) {
    request(ClientProtocol.BOOTSTRAP, waiter);
    socket.end();
  }

  /** Waits for a version after the one given. */
  Runnable watch(GroupId group, long version, Watcher watcher) {
    long id = nextId++;
    watches.put(id, watcher);
    Encoder out = socket.begin(ClientProtocol.WATCH).varint(id);
    refs.write(out, group);
    out.varint(version);
    socket.end();
    return cancel(id);
  }

  /**
   * Waits for a change of a key of the ranges after a version.
   *
   * @param query to be answered with it, or null
   */
  Runnable watch(GroupId group, List<KeyRange> keys, long version, Bytes query, Watcher watcher) {
    long id = nextId++;
    watches.put(id, watcher);
    Encoder out = socket.begin(ClientProtocol.WATCH_KEYS).varint(id);
    refs.write(out, group);
    out.varint(version).list(keys, (e, k) -> k.encode(e));
    if (query != null) {
      out.bytes(query);
    }
    socket.end();
    return cancel(id);
  }

  private Runnable cancel(long id) {
    return () -> {
      if (watches.remove(id) != null && greeted) {
        socket.begin(ClientProtocol.CANCEL).varint(id);
        socket.end();
      }
    };
  }

  /** Tries whether the node lives. */
  void ping() {
    if (socket == null) {
      return;
    }
    if (socket.framesIn() != seenFrames) {
      seenFrames = socket.framesIn();
      silentPings = 0;
    } else if (++silentPings > 2) {
      socket.close("nothing heard for " + silentPings + " pings");
      return;
    }
    if (greeted) {
      socket.begin(ClientProtocol.PING).varint(nextId++);
      socket.end();
    }
  }

  void close(String why) {
    if (socket != null) {
      socket.close(why);
    }
  }

  private final class Incoming implements FramedSocket.Handler {
    @Override
    public void frame(int kind, Bytes body) {
      Decoder in = new Decoder(body);
      if (!greeted) {
        answered(kind, in);
        return;
      }
      long id = in.varint();
      switch (kind) {
        case ClientProtocol.OUTCOME -> waiter(id).outcome(Outcomes.outcome(in));
        case ClientProtocol.READ_OUTCOME -> {
          ReadOutcome.Answered answer = Outcomes.answered(in);
          waiter(id).read(answer, answer == null ? Outcomes.outcome(in) : null);
        }
        case ClientProtocol.GROUP_INFO_REPLY -> waiter(id).info(GroupInfo.decode(in));
        case ClientProtocol.BOOTSTRAP_REPLY -> {
          boolean good = in.bool();
          List<String> groups = good ? in.list(Decoder::text) : List.of();
          waiter(id).bootstrapped(groups, good ? null : in.text());
        }
        case ClientProtocol.NOTIFY -> {
          Watcher watcher = watches.remove(id);
          if (watcher != null) {
            long version = in.varint();
            watcher.reached(version, in.remaining() > 0 ? Outcomes.answered(in) : null);
          }
        }
        case ClientProtocol.PONG -> {
          // It lives: framesIn has risen.
        }
        default -> throw new MalformedException("reply of kind " + kind, 0);
      }
    }

    private void answered(int kind, Decoder in) {
      if (kind == ClientProtocol.REFUSED) {
        refusal = "refused: " + in.text();
        socket.close(refusal);
      } else if (kind == ClientProtocol.WELCOME) {
        node = in.text();
        greeted = true;
        refusal = null;
        backoffMs = BACKOFF_MIN_MS;
        trouble = "";
        settle(true);
      } else {
        throw new MalformedException("reply of kind " + kind + " before the welcome", 0);
      }
    }

    private Waiter waiter(long id) {
      Waiter waiter = waiters.remove(id);
      if (waiter == null) {
        throw new MalformedException("reply to request " + id + " which was not made", 0);
      }
      return waiter;
    }

    @Override
    public void closed(String cause, boolean malformed) {
      boolean mute = !greeted && refusal == null && !malformed;
      String why =
          mute && client.options().tls().isEmpty()
              ? cause + ", without a greeting: the node may want TLS"
              : cause;
      greeted = false;
      socket = null;
      List<Waiter> lost = new ArrayList<>(waiters.values());
      List<Watcher> ended = new ArrayList<>(watches.values());
      waiters.clear();
      watches.clear();
      failed(address + ": " + why);
      lost.forEach(waiter -> waiter.lost(address + ": " + why));
      ended.forEach(watcher -> watcher.lost(Connection.this));
    }
  }
}
