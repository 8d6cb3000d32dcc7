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
  private static final String DONE = "shop/done/";
  private static final String ORDERS = "shop/orders";
  private static final long PATIENCE_S = 30;

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

  /** Versions of all tables. */
  Map<String, Integer> tables() {
    Map<String, Integer> tables = new TreeMap<>();
    for (KeyEntry e : below(TABLES)) {
      tables.put(e.key().substring(TABLES.length() + 1), Integer.parseInt(e.value().utf8()));
    }
    return tables;
  }

  /** Changes a table, once for each operation however often it is asked. */
  int alter(String table, long operation) {
    String key = TABLES + "/" + table;
    String done = DONE + operation;
    while (true) {
      KeyEntry was = get(coordinator.get(key));
      int next = was == null ? 1 : Integer.parseInt(was.value().utf8()) + 1;
      Condition same =
          was == null ? new Condition.Absent(key) : new Condition.Unchanged(key, was.modRevision());
      List<Op> then =
          List.of(new Op.Put(key, Bytes.utf8("" + next)), new Op.Put(done, Bytes.EMPTY));
      List<Condition> when = List.of(same, new Condition.Absent(done));
      if (get(coordinator.transact(new Transaction(when, then))).succeeded()) {
        return next;
      }
      if (get(coordinator.get(done)) != null) {
        return tables().get(table);
      }
    }
  }

  /** Commits a session's order on a shard. */
  void order(String shard, String session, int number) {
    get(coordinator.put(ORDERS + "/" + shard + "/" + session, Bytes.utf8("" + number)));
  }

  /** How far each session is, on both shards. */
  Map<String, String> positions() {
    Map<String, String> positions = new TreeMap<>();
    for (String shard : List.of("a", "b")) {
      for (KeyEntry e : below(ORDERS + "/" + shard)) {
        positions.put(e.key().substring(ORDERS.length() + 1), e.value().utf8());
      }
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
