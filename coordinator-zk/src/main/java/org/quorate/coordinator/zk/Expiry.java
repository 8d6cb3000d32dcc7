package org.quorate.coordinator.zk;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.quorate.coordinator.zk.state.Command;
import org.quorate.coordinator.zk.state.Sessions;

/**
 * Ends sessions whose TTL has passed since their last keep-alive was read here, and so at least as long
 * since it was done. Every coordinator does this for all sessions; the first to say so in the log ends
 * one, and a keep-alive that came before it saves it. Time counts only while there is a connection and
 * this process gets to run. On the coordinator's thread alone.
 */
final class Expiry {
  /** Most that one tick counts for: a process that stood still has missed keep-alives too. */
  private static final long MAX_TICK_MS = 300;

  /** So that not all coordinators say it at once. */
  private static final int SPREAD_MS = 200;

  private final Replica replica;
  private final Consumer<Command> append;
  private final LongPredicate keptHere;
  private final long requestMs;
  private final Map<Long, Long> leftMs = new HashMap<>();

  /**
   * Makes one.
   *
   * @param append appends to the log
   * @param keptHere whether a session is kept alive by this coordinator
   */
  Expiry(Replica replica, Consumer<Command> append, LongPredicate keptHere, long requestMs) {
    this.replica = replica;
    this.append = append;
    this.keptHere = keptHere;
    this.requestMs = requestMs;
  }

  /** All TTLs begin anew: nobody could keep a session alive, or it was not seen. */
  void restart() {
    leftMs.clear();
    replica.machine().sessions().all().forEach(s -> renewed(s.id()));
  }

  /** The tick during which it was renewed may count as a whole, so the TTL is one tick longer. */
  void renewed(long id) {
    Sessions.Session session = replica.machine().sessions().find(id);
    if (session != null) {
      int spread = ThreadLocalRandom.current().nextInt(SPREAD_MS);
      leftMs.put(id, session.spec().ttlMs() + MAX_TICK_MS + spread);
    }
  }

  void ended(long id) {
    leftMs.remove(id);
  }

  void tick(long elapsedMs) {
    long counted = Math.min(elapsedMs, MAX_TICK_MS);
    for (Map.Entry<Long, Long> each : leftMs.entrySet()) {
      long left = each.getValue() - counted;
      if (left <= 0 && !keptHere.test(each.getKey())) {
        left = requestMs;
        end(each.getKey());
      }
      each.setValue(left);
    }
  }

  private void end(long id) {
    Sessions.Session session = replica.machine().sessions().find(id);
    if (session != null) {
      append.accept(new Command.EndSession(id, session.renewed()));
    }
  }
}
