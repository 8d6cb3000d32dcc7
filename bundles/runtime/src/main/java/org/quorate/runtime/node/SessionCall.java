package org.quorate.runtime.node;

import java.util.List;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.Outcome;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * What is asked about sessions of a group. It may be repeated: a session that is opened twice expires,
 * the others change nothing the second time.
 *
 * @param ttlMs of a session to open
 * @param sessions those to keep alive, or the one to close
 */
record SessionCall(GroupId group, Kind kind, long ttlMs, List<Long> sessions) {
  /** What is asked; the number is on the wire. */
  enum Kind {
    OPEN,
    KEEP_ALIVE,
    CLOSE
  }

  static SessionCall open(GroupId group, long ttlMs) {
    return new SessionCall(group, Kind.OPEN, ttlMs, List.of());
  }

  static SessionCall keepAlive(GroupId group, List<Long> sessions) {
    return new SessionCall(group, Kind.KEEP_ALIVE, 0, List.copyOf(sessions));
  }

  static SessionCall close(GroupId group, long session) {
    return new SessionCall(group, Kind.CLOSE, 0, List.of(session));
  }

  Bytes encode() {
    Encoder out = new Encoder().text(group.name()).u8(kind.ordinal());
    return out.varint(ttlMs).list(sessions, Encoder::varint).take();
  }

  static SessionCall decode(Bytes body) {
    Decoder in = new Decoder(body);
    GroupId group = GroupId.of(in.text());
    int kind = in.u8();
    long ttlMs = in.varint();
    List<Long> sessions = in.list(Decoder::varint);
    boolean known = kind < Kind.values().length;
    if (!known || Kind.values()[kind] == Kind.CLOSE && sessions.size() != 1) {
      throw new MalformedException("call " + kind + " of " + sessions.size() + " sessions", 0);
    }
    return new SessionCall(group, Kind.values()[kind], ttlMs, sessions);
  }

  void on(GroupHost host, Consumer<Outcome> then) {
    switch (kind) {
      case OPEN -> host.openSession(ttlMs, then);
      case KEEP_ALIVE -> host.keepAlive(sessions, then);
      case CLOSE -> host.closeSession(sessions.get(0), then);
      default -> throw new IllegalStateException("call " + kind);
    }
  }
}
