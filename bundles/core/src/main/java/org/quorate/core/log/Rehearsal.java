package org.quorate.core.log;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.core.session.SessionTable;
import org.quorate.core.state.GroupStore;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.Prepared;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.storage.StateCursor;

/**
 * A command that is worked out before its turn, on a worker, while nothing is executed. It notes what
 * it read, so that its result counts only if that is still so when its turn comes.
 */
final class Rehearsal extends MachineView implements ApplyContext {
  private record Lease(long id, boolean alive) {}

  private final SessionTable sessions;
  private final long session;
  private final Bytes command;
  private final List<Bytes> keys = new ArrayList<>();
  private final List<KeyRange> ranges = new ArrayList<>();
  private final List<Lease> leases = new ArrayList<>();
  private Prepared prepared;

  /**
   * Of a command.
   *
   * @param version that it will become if all before it become commits that are expected to
   */
  Rehearsal(GroupStore store, SessionTable sessions, long version, long session, Bytes command) {
    super(store, version, sessions.timeMs());
    this.sessions = sessions;
    this.session = session;
    this.command = command;
  }

  /** On a worker. What throws has no result: the command is executed at its place, as ever. */
  void run(StateMachine machine) {
    try {
      prepared = machine.prepare(this, command);
    } catch (RuntimeException e) {
      prepared = null;
    }
  }

  /**
   * What was worked out, or null if it does not count.
   *
   * @param written what has been written since
   */
  Prepared result(Application now, NavigableSet<Bytes> written) {
    boolean holds =
        prepared != null
            && now.version() == version()
            && now.timeMs() == timeMs()
            && now.session() == session
            && keys.stream().noneMatch(written::contains)
            && ranges.stream().noneMatch(range -> touched(range, written));
    for (int i = 0; holds && i < leases.size(); i++) {
      holds = now.alive(leases.get(i).id()) == leases.get(i).alive();
    }
    return holds ? prepared : null;
  }

  private static boolean touched(KeyRange range, NavigableSet<Bytes> written) {
    Bytes next = written.ceiling(range.from());
    return next != null && range.contains(next);
  }

  @Override
  public Bytes get(Bytes key) {
    keys.add(key);
    return super.get(key);
  }

  @Override
  public StateCursor scan(Bytes from, Bytes to) {
    ranges.add(new KeyRange(from, to));
    return super.scan(from, to);
  }

  @Override
  public StateCursor scanReverse(Bytes from, Bytes to) {
    ranges.add(new KeyRange(from, to));
    return super.scanReverse(from, to);
  }

  @Override
  public boolean alive(long lease) {
    boolean alive = sessions.find(lease) != null;
    leases.add(new Lease(lease, alive));
    return alive;
  }

  @Override
  public long session() {
    return session;
  }

  @Override
  public void put(Bytes key, Bytes value) {
    throw readOnly();
  }

  @Override
  public void delete(Bytes key) {
    throw readOnly();
  }

  @Override
  public void wrote(Bytes logicalKey) {
    throw readOnly();
  }

  @Override
  public void wroteEverything() {
    throw readOnly();
  }

  private static IllegalStateException readOnly() {
    return new IllegalStateException("a state machine must not write before its command's turn");
  }
}
