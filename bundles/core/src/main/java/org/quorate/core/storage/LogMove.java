package org.quorate.core.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.LogStorage;

/** The logs of a {@link StorageMove}: mirrored link by link until they are level. On the loop. */
final class LogMove {
  private static final long LOOK_MS = 200;

  private final GroupId group;
  private final MovableLogs logs;
  private final LogStorage from;
  private final LogStorage to;
  private final Executor loop;
  private final MoveSteps steps;
  private final List<AutoCloseable> unused = new ArrayList<>();
  private long lookAtMs;

  LogMove(ReplicaStores stores, LogStorage to, Executor loop, MoveSteps steps) {
    this.group = stores.group();
    this.logs = stores.movableLogs();
    this.from = logs.live();
    this.to = to;
    this.loop = loop;
    this.steps = steps;
  }

  LogStorage from() {
    return from;
  }

  LogStorage to() {
    return to;
  }

  /** From now on links are opened in both. */
  void begin() {
    logs.begin(to, why -> loop.execute(() -> broke(why)));
  }

  private void broke(RuntimeException why) {
    steps.broke(named(to), why);
  }

  private static String named(LogStorage log) {
    return "log '" + log.name() + "'";
  }

  /**
   * Mirrors what is not mirrored yet, or looks whether all is there.
   *
   * @param level runs when it is
   */
  void copy(long nowMs, Runnable level) {
    for (long epoch : logs.epochs()) {
      MovableLink link = logs.link(epoch);
      if (link != null && !link.mirrored() && !link.closed()) {
        steps.work(named(to), () -> logs.openMirror(link, epoch, to, loop), this::attach);
        return;
      }
    }
    if (!logs.inStep()) {
      steps.await("the log is still being copied");
    } else if (nowMs >= lookAtMs) {
      lookAtMs = nowMs + LOOK_MS;
      steps.work(named(from), () -> from.links(group), all -> looked(all, level));
    }
  }

  private void attach(MovableLink link) {
    if (steps.goOn()) {
      link.attach(why -> loop.execute(() -> broke(why)), why -> steps.damaged(named(from), why));
    }
  }

  /** A link that is closed and not deleted yet would be forgotten: it has to go first. */
  private void looked(List<Long> all, Runnable level) {
    List<Long> left = new ArrayList<>(all);
    left.removeAll(logs.epochs());
    if (!left.isEmpty()) {
      steps.await("links " + left + " have ended or wait for their strategy, and are not deleted");
      steps.checkpoint();
    } else if (logs.inStep()) {
      level.run();
    }
  }

  /** Whether all that was promised is in both; promises wait for both from now on. */
  boolean safe() {
    if (!logs.inStep()) {
      return false;
    }
    logs.require();
    if (!logs.safe()) {
      steps.await(named(to) + " has not written all that was promised");
      return false;
    }
    return true;
  }

  void promote() {
    unused.addAll(logs.promote());
  }

  void drop() {
    unused.addAll(logs.drop());
  }

  /** What is to be closed, once. */
  List<AutoCloseable> toClose() {
    List<AutoCloseable> dead = new ArrayList<>(unused);
    unused.clear();
    return dead;
  }
}
