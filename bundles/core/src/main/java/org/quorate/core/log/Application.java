package org.quorate.core.log;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.certify.VersionIndex;
import org.quorate.core.session.SessionTable;
import org.quorate.core.state.GroupStore;
import org.quorate.spi.state.ApplyContext;

/** What one command sees and changes while it is executed; made anew for each. */
final class Application extends MachineView implements ApplyContext {
  private final SessionTable sessions;
  private final long session;
  private final Ahead ahead;
  private List<Bytes> written;
  private boolean everything;
  private boolean changed;

  /**
   * Of one command.
   *
   * @param ahead who is to know what it writes; null for nobody
   */
  Application(GroupStore store, SessionTable sessions, long version, long session, Ahead ahead) {
    super(store, version, sessions.timeMs());
    this.sessions = sessions;
    this.session = session;
    this.ahead = ahead;
  }

  @Override
  public void put(Bytes key, Bytes value) {
    changes(key);
    store.put(inner(key), value);
  }

  @Override
  public void delete(Bytes key) {
    changes(key);
    store.delete(inner(key));
  }

  private void changes(Bytes key) {
    changed = true;
    if (ahead != null) {
      ahead.wrote(key);
    }
  }

  @Override
  public long session() {
    return session;
  }

  @Override
  public boolean alive(long lease) {
    return sessions.find(lease) != null;
  }

  @Override
  public void wrote(Bytes logicalKey) {
    if (written == null) {
      written = new ArrayList<>(2);
    }
    written.add(logicalKey);
  }

  @Override
  public void wroteEverything() {
    everything = true;
  }

  boolean changed() {
    return changed;
  }

  /** Tells the index what this command wrote, once it is a commit. */
  void index(VersionIndex index, NodeId node) {
    index.committed(version(), node, written == null ? List.of() : written, everything);
  }
}
