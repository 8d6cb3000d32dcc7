package org.quorate.client;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.Gtid;
import org.quorate.api.Outcome;
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
import org.quorate.client.net.FramedSocket;
import org.quorate.client.net.Loop;
import org.quorate.client.net.VertxFactory;

/**
 * The client port of a node that answers what a test wants, when it wants: answers in one chunk, of
 * another history, or none, which no real node can be made to give. Opens sessions by itself.
 */
final class FakeNode implements AutoCloseable {
  private final Vertx vertx = VertxFactory.create(1, 1);
  private final Loop loop = Loop.of(vertx);
  private final Consumer<Asked> script;
  private final int port;
  private final Outcome.Rejected refusal;

  /** Proposals, reads and watches; the script is called on the node's loop. */
  FakeNode(Consumer<Asked> script) {
    this(script, null);
  }

  /** One that refuses whatever it is asked, sessions too. */
  FakeNode(Outcome.Rejected refusal) {
    this(asked -> asked.refuse(refusal), refusal);
  }

  private FakeNode(Consumer<Asked> script, Outcome.Rejected refusal) {
    this.script = script;
    this.refusal = refusal;
    CompletableFuture<Integer> listening = new CompletableFuture<>();
    loop.withContext(
        () ->
            vertx
                .createNetServer()
                .connectHandler(Port::new)
                .listen(0, "127.0.0.1")
                .onSuccess(server -> listening.complete(server.actualPort()))
                .onFailure(listening::completeExceptionally));
    this.port = listening.orTimeout(20, TimeUnit.SECONDS).join();
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** One request; answer it once, now or later, on the node's loop. */
  static final class Asked {
    private final FramedSocket socket;
    final int kind;
    private final long id;
    final Proposal proposal;
    final Bytes query;
    final ReadLevel level;

    Asked(FramedSocket socket, int kind, long id, Proposal proposal, Bytes query, ReadLevel level) {
      this.socket = socket;
      this.kind = kind;
      this.id = id;
      this.proposal = proposal;
      this.query = query;
      this.level = level;
    }

    boolean isRead() {
      return kind == ClientProtocol.READ;
    }

    void answer(Gtid gtid, Bytes result) {
      answer(new ReadOutcome.Answered(gtid, result));
    }

    void answer(ReadOutcome outcome) {
      Encoder out = socket.begin(ClientProtocol.READ_OUTCOME).varint(id);
      Outcomes.readOutcome(out, outcome, node -> "");
      socket.end();
    }

    void outcome(Outcome outcome) {
      Outcomes.outcome(socket.begin(ClientProtocol.OUTCOME).varint(id), outcome, node -> "");
      socket.end();
    }

    void refuse(Outcome.Rejected refused) {
      if (isRead()) {
        answer(new ReadOutcome.Unanswered(refused));
      } else {
        outcome(refused);
      }
    }

    void reached(long version) {
      socket.begin(ClientProtocol.NOTIFY).varint(id).varint(version);
      socket.end();
    }
  }

  private final class Port implements FramedSocket.Handler {
    private final FramedSocket socket;
    private final GroupRefs refs = new GroupRefs();

    Port(NetSocket accepted) {
      this.socket = new FramedSocket(loop, accepted, Frames.MAX_REQUEST_FRAME, this);
    }

    @Override
    public void frame(int kind, Bytes body) {
      Decoder in = new Decoder(body);
      if (kind == ClientProtocol.HELLO) {
        socket.begin(ClientProtocol.WELCOME).text("n1").text("test").varint(1 << 20);
        socket.end();
        return;
      }
      long id = in.varint();
      if (kind == ClientProtocol.PING) {
        socket.begin(ClientProtocol.PONG).varint(id);
        socket.end();
        return;
      }
      if (kind == ClientProtocol.CANCEL) {
        return;
      }
      GroupId group = refs.read(in);
      switch (kind) {
        case ClientProtocol.GROUP_INFO -> {
          new GroupInfo(group.name(), "RUNNING", "", "leader", "n1", 1, 0, List.of())
              .encode(socket.begin(ClientProtocol.GROUP_INFO_REPLY).varint(id));
          socket.end();
        }
        case ClientProtocol.PROPOSE ->
            script.accept(new Asked(socket, kind, id, Outcomes.proposal(in), null, null));
        case ClientProtocol.READ -> {
          ReadLevel level = Outcomes.level(in);
          script.accept(new Asked(socket, kind, id, null, in.bytes(), level));
        }
        case ClientProtocol.OPEN_SESSION -> opened(new Asked(socket, kind, id, null, null, null));
        case ClientProtocol.KEEP_ALIVE -> {
          // Sessions live for longer than a test.
        }
        default -> script.accept(new Asked(socket, kind, id, null, null, null));
      }
    }

    private void opened(Asked asked) {
      Bytes session = new Encoder().i64(7).take();
      asked.outcome(refusal != null ? refusal : new Outcome.Committed(new Gtid(1, 0), 7, session));
    }

    @Override
    public void closed(String why, boolean malformed) {
      // The client goes first.
    }
  }

  /** Holds requests back until there are so many, then gives them to the script all at once. */
  static Consumer<Asked> together(int count, Consumer<Asked> script) {
    List<Asked> held = new ArrayList<>();
    return asked -> {
      held.add(asked);
      if (held.size() == count) {
        held.forEach(script);
        held.clear();
      }
    };
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
