package org.quorate.samples.shop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.operations.Operators;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.TransactionResult;

/** The shop's database: versions of tables, and orders on two shards. Calls block. */
final class Database {
  private static final String TABLES = "shop/tables";
  private static final String STATEMENTS = "shop/statements/";
  private static final String STARTS = "shop/starts/";
  private static final String ORDERS = "shop/orders";
  private static final String ONLINE = Operators.ROOT + "/online/";
  private static final long PATIENCE_S = 30;
  private static final long PAUSE_MS = 100;

  private final Coordinator coordinator;
  private final String client;

  /**
   * Where it is.
   *
   * @param client what the coordinator was opened with, different for each process
   */
  Database(Coordinator coordinator, String client) {
    this.coordinator = coordinator;
    this.client = client;
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
   * Begins the session of this process, which is online, and ends the order that an earlier one left on one
   * shard. It lasts as long as the process is online by the same lease, so nobody writes any more whom the
   * others have gone on without.
   *
   * @return the session; orders of earlier ones are refused
   * @throws Ended if it is not online any more
   */
  Session session(String process) {
    KeyEntry online = persist(() -> get(coordinator.get(ONLINE + process)));
    if (online == null || !own(online.owner())) {
      throw new Ended(process);
    }
    Condition lease = new Condition.OwnedBy(ONLINE + process, online.owner());
    Op put = new Op.Put(STARTS + process, Bytes.EMPTY);
    TransactionResult begun =
        persist(() -> get(coordinator.transact(new Transaction(List.of(lease), List.of(put)))));
    if (!begun.succeeded()) {
      throw new Ended(process);
    }
    Condition last = new Condition.Unchanged(STARTS + process, begun.revision());
    Session session = new Session(process, List.of(lease, last));
    KeyEntry order = persist(() -> get(coordinator.get(order("a", process))));
    if (order != null) {
      session.number = Integer.parseInt(order.value().utf8());
      session.order("b");
    }
    return session;
  }

  /** Not that of a later start, by which it would sell while it is offline. */
  private boolean own(long lease) {
    return persist(() -> get(coordinator.sessions())).stream()
        .anyMatch(s -> s.id() == lease && s.client().equals(client));
  }

  private static String order(String shard, String process) {
    return ORDERS + "/" + shard + "/" + process;
  }

  /** Does it again until there is an answer: what has begun is brought to its end. */
  private static <T> T persist(Supplier<T> what) {
    while (true) {
      try {
        return what.get();
      } catch (IllegalStateException e) {
        pause(e);
      }
    }
  }

  /** Ends the order that a process which is not online has left on one shard, unless it came back. */
  void finish(String process) {
    KeyEntry order = get(coordinator.get(order("a", process)));
    Condition same = new Condition.Unchanged(order.key(), order.modRevision());
    Op put = new Op.Put(order("b", process), order.value());
    get(coordinator.transact(new Transaction(List.of(same), List.of(put))));
  }

  /** A process's session. Orders are numbered. */
  final class Session {
    private final String process;
    private final List<Condition> mine;
    private int number;

    private Session(String process, List<Condition> mine) {
      this.process = process;
      this.mine = mine;
    }

    /**
     * Commits an order on one shard, then on the other. Between, it is torn.
     *
     * @param between given its number
     */
    void order(LongConsumer between) {
      number++;
      order("a");
      between.accept(number);
      order("b");
    }

    private void order(String shard) {
      Op put = new Op.Put(Database.order(shard, process), Bytes.utf8("" + number));
      Transaction order = new Transaction(mine, List.of(put));
      if (!persist(() -> get(coordinator.transact(order))).succeeded()) {
        throw new Ended(process);
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

  /** The process is not online any more, or another one is by its name. */
  static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Ended(String process) {
      super(process + " is not online by this lease any more");
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
