package org.quorate.coordinator.zk;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.quorate.coordinator.zk.state.Command;

/** The sessions that a coordinator holds, and keeps alive. On the coordinator's thread alone. */
final class HeldSessions {
  private static final long RETRY_MS = 100;

  /** Keep-alives of one entry. */
  private static final int BATCH = 1_000;

  private final Core core;
  private final Map<Long, List<ZkSession>> held = new TreeMap<>();

  HeldSessions(Core core) {
    this.core = core;
  }

  void add(ZkSession session) {
    held.computeIfAbsent(session.id(), id -> new ArrayList<>()).add(session);
  }

  boolean holds(long id) {
    return held.containsKey(id);
  }

  /** Whether one of its holdings here is kept alive without anybody's doing. */
  boolean keeps(long id) {
    return held.getOrDefault(id, List.of()).stream().anyMatch(ZkSession::isKept);
  }

  List<ZkSession> all() {
    List<ZkSession> all = new ArrayList<>();
    held.values().forEach(all::addAll);
    return all;
  }

  /** One holding of it is given up. */
  void remove(ZkSession session) {
    List<ZkSession> same = held.get(session.id());
    if (same != null && same.remove(session) && same.isEmpty()) {
      held.remove(session.id());
    }
  }

  /** Leaves them as they are; they can be resumed wherever they are. */
  void detach() {
    List<ZkSession> all = all();
    held.clear();
    all.forEach(s -> s.ended(false));
  }

  void ended(long id) {
    List<ZkSession> gone = held.remove(id);
    if (gone != null) {
      gone.forEach(s -> s.ended(true));
    }
  }

  /** The replica was restored from a snapshot: what is not open any more has ended. */
  void restarted() {
    for (long id : new ArrayList<>(held.keySet())) {
      if (core.replica().machine().sessions().find(id) == null) {
        ended(id);
      }
    }
  }

  void keepAlive(long nowNanos) {
    due(nowNanos).forEach(batch -> keepAlive(batch, nowNanos));
  }

  /** All that are due, none of which waits for another one; they are on their way then. */
  List<List<ZkSession>> due(long nowNanos) {
    List<List<ZkSession>> batches = new ArrayList<>();
    for (ZkSession session : all()) {
      if (session.renew(nowNanos)) {
        if (batches.isEmpty() || batches.get(batches.size() - 1).size() == BATCH) {
          batches.add(new ArrayList<>());
        }
        batches.get(batches.size() - 1).add(session);
      }
    }
    return batches;
  }

  private void keepAlive(List<ZkSession> due, long nowNanos) {
    List<Long> ids = due.stream().map(ZkSession::id).distinct().toList();
    core.<List<Long>>submit(new Command.KeepAlive(ids), core.requestMs())
        .whenComplete(
            (gone, problem) -> {
              for (ZkSession each : due) {
                long afterMs = problem == null ? each.spec().ttlMs() / 4 : RETRY_MS;
                each.renewed(nowNanos + TimeUnit.MILLISECONDS.toNanos(afterMs));
              }
            });
  }
}
