package org.quorate.coordinator.zk.state;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.SessionSpec;

/** Sessions that are open. */
public final class Sessions {
  private final TreeMap<Long, Session> open = new TreeMap<>();

  /** A session and what it owns. */
  public static final class Session {
    private final long id;
    private final SessionSpec spec;
    private final String client;
    private final Bytes proof;
    private final long openedAtMs;
    private final TreeSet<String> keys = new TreeSet<>(KeyOrder.UTF8);
    private long renewed;

    Session(long id, SessionSpec spec, String client, Bytes proof, long openedAtMs, long renewed) {
      this.id = id;
      this.spec = spec;
      this.client = client;
      this.proof = proof;
      this.openedAtMs = openedAtMs;
      this.renewed = renewed;
    }

    public long id() {
      return id;
    }

    public SessionSpec spec() {
      return spec;
    }

    /** Digest of its secret. */
    public Bytes proof() {
      return proof;
    }

    /** Revision of the last keep-alive. */
    public long renewed() {
      return renewed;
    }

    /** What others see. */
    public SessionInfo info() {
      return new SessionInfo(id, spec.name(), client, spec.ttlMs(), spec.onEnd(), openedAtMs);
    }

    TreeSet<String> keys() {
      return keys;
    }
  }

  /** The session, or null. */
  public Session find(long id) {
    return open.get(id);
  }

  /** All, in the order of their ids. */
  public Collection<Session> all() {
    return Collections.unmodifiableCollection(open.values());
  }

  Session want(long id) {
    Session session = open.get(id);
    if (session == null) {
      throw new CoordinationException(Code.SESSION_EXPIRED, "session " + id + " is not open");
    }
    return session;
  }

  void open(long id, Command.OpenSession asked, long atMs) {
    open.put(id, new Session(id, asked.spec(), asked.client(), asked.proof(), atMs, id));
  }

  /** One that was open at another provider. */
  void take(Inventory.KeptSession kept, long revision) {
    SessionInfo info = kept.info();
    SessionSpec spec = new SessionSpec(info.name(), info.ttlMs(), info.onEnd(), true);
    open.put(
        info.id(),
        new Session(info.id(), spec, info.client(), kept.proof(), info.openedAtMs(), revision));
  }

  boolean renew(long id, long revision) {
    Session session = open.get(id);
    if (session != null) {
      session.renewed = revision;
    }
    return session != null;
  }

  void remove(long id) {
    open.remove(id);
  }

  void own(long id, String key) {
    if (id != 0) {
      want(id).keys.add(key);
    }
  }

  void disown(long id, String key) {
    if (id != 0) {
      want(id).keys.remove(key);
    }
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(open.size());
    for (Session each : open.values()) {
      out.writeLong(each.id);
      Wire.spec(out, each.spec);
      Wire.text(out, each.client);
      Wire.bytes(out, each.proof);
      out.writeLong(each.openedAtMs);
      out.writeLong(each.renewed);
    }
  }

  void read(DataInput in) throws IOException {
    for (int left = in.readInt(); left > 0; left--) {
      long id = in.readLong();
      SessionSpec spec = Wire.spec(in);
      open.put(
          id, new Session(id, spec, Wire.text(in), Wire.bytes(in), in.readLong(), in.readLong()));
    }
  }
}
