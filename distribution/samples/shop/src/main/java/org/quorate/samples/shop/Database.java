package org.quorate.samples.shop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Transaction;

/** The shop's database: versions of tables, and orders on two shards. Calls block. */
final class Database {
  private static final String TABLES = "shop/tables";
  private static final String STATEMENTS = "shop/statements/";
  private static final String STARTS = "shop/starts/";
  private static final String ORDERS = "shop/orders";
  private static final long PATIENCE_S = 30;
  private static final long PAUSE_MS = 100;

  private final Coordinator coordinator;

  Database(Coordinator coordinator) {
    this.coordinator = coordinator;
  }

  private static <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(String.valueOf(e.getCause() == null ? e : e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private List<KeyEntry> below(String path) {
    return get(coordinator.range(RangeQuery.of(Scope.tree(path)))).entries();
  }

  // ---- tables -----------------------------------------------------------------------------------

  /** Versions of all tables. */
  Map<String, Integer> tables() {
    Map<String, Integer> tables = new TreeMap<>();
    for (KeyEntry e : below(TABLES)) {
      tables.put(e.key().substring(TABLES.length() + 1), Integer.parseInt(e.value().utf8()));
    }
    return tables;
  }

  /** Changes a table, once for each operation however often it is asked, and never if that was aborted. */
  int alter(String table, long operation) {
    String key = TABLES + "/" + table;
    String statement = STATEMENTS + operation;
    while (true) {
      KeyEntry was = get(coordinator.get(key));
      int next = was == null ? 1 : Integer.parseInt(was.value().utf8()) + 1;
      Condition same =
          was == null ? new Condition.Absent(key) : new Condition.Unchanged(key, was.modRevision());
      List<Op> then =
          List.of(
              new Op.Put(key, Bytes.utf8("" + next)),
              new Op.Put(statement, Bytes.utf8("version " + next)));
      List<Condition> when = List.of(same, new Condition.Absent(statement));
      if (get(coordinator.transact(new Transaction(when, then))).succeeded()) {
        return next;
      }
      KeyEntry done = get(coordinator.get(statement));
      if (done != null && done.value().utf8().startsWith("version ")) {
        return Integer.parseInt(done.value().utf8().substring("version ".length()));
      } else if (done != null) {
        throw new IllegalStateException("the statement was aborted");
      }
    }
  }

  /** Refuses the statement of an operation that was aborted: who still works on it comes too late. */
  void refuse(long operation) {
    String statement = STATEMENTS + operation;
    get(
        coordinator.transact(
            new Transaction(
                List.of(new Condition.Absent(statement)),
                List.of(new Op.Put(statement, Bytes.utf8("aborted"))))));
  }

  // ---- orders -----------------------------------------------------------------------------------

  /**
   * Begins a process's session, and ends the order that an earlier start of it left on one shard.
   *
   * @return the session; orders of earlier ones are refused
   */
  Session session(String process) {
    String start = STARTS + process;
    Session session = new Session(process, start, get(coordinator.put(start, Bytes.EMPTY)));
    KeyEntry last = get(coordinator.get(session.key("a")));
    session.number = last == null ? 0 : Integer.parseInt(last.value().utf8());
    if (last != null) {
      session.order("b");
    }
    return session;
  }

  /** A process's session. Orders are numbered. */
  final class Session {
    private final String process;
    private final String start;
    private final long revision;
    private int number;

    private Session(String process, String start, long revision) {
      this.process = process;
      this.start = start;
      this.revision = revision;
    }

    private String key(String shard) {
      return ORDERS + "/" + shard + "/" + process;
    }

    /** Commits an order on one shard, then on the other. Between, it is torn. */
    void order() {
      number++;
      order("a");
      order("b");
    }

    private void order(String shard) {
      Op put = new Op.Put(key(shard), Bytes.utf8("" + number));
      List<Condition> mine = List.of(new Condition.Unchanged(start, revision));
      while (true) {
        try {
          if (!get(coordinator.transact(new Transaction(mine, List.of(put)))).succeeded()) {
            throw new Replaced(process);
          }
          return;
        } catch (IllegalStateException e) {
          pause(e); // it may be done or not: what has begun is brought to its end
        }
      }
    }

    private static void pause(IllegalStateException why) {
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw why;
      }
    }
  }

  /** Another process has begun a session of the same name. */
  static final class Replaced extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Replaced(String process) {
      super("another process sells as " + process);
    }
  }

  /** How far each session is, on both shards. */
  Map<String, String> positions() {
    Map<String, String> positions = new TreeMap<>();
    for (KeyEntry e : below(ORDERS)) {
      positions.put(e.key().substring(ORDERS.length() + 1), e.value().utf8());
    }
    return positions;
  }

  /** Sessions whose orders are on one shard and not on the other. */
  List<String> torn(Map<String, String> positions) {
    List<String> torn = new ArrayList<>();
    positions.forEach(
        (key, number) -> {
          if (key.startsWith("a/") && !number.equals(positions.get("b/" + key.substring(2)))) {
            torn.add(key.substring(2));
          }
        });
    return torn;
  }
}
