package org.quorate.failover;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverWork;
import org.quorate.spi.failover.ShardState;
import org.quorate.spi.failover.TakeoverHandler;
import org.quorate.spi.failover.WorkSpec;

/** What a service does with a registry: operations on three shards, and their takeover. */
final class Product {
  static final List<String> SHARDS = List.of("n1", "n2", "n3");
  static final long BLOCK = 100;
  static final long ROWS = 500;

  private final World world;
  private final World.Node node;

  Product(World world, World.Node node) {
    this.world = world;
    this.node = node;
  }

  static List<TakeoverHandler> handlers(World world, World.Node node) {
    return List.of(
        handler(world, node, WorkSpec.DDL),
        handler(world, node, WorkSpec.DML),
        handler(world, node, WorkSpec.REBALANCE));
  }

  private static TakeoverHandler handler(World world, World.Node node, String type) {
    Product product = new Product(world, node);
    return handler(
        type,
        work -> {
          node.handled++;
          return product.finish(work);
        });
  }

  /** Does something with what it takes over. */
  static TakeoverHandler handler(String type, Function<FailoverWork, CompletionStage<Void>> does) {
    return new TakeoverHandler() {
      @Override
      public String type() {
        return type;
      }

      @Override
      public CompletionStage<Void> takeOver(FailoverWork work) {
        return does.apply(work);
      }
    };
  }

  /** From its beginning to its end. */
  CompletionStage<Void> run(String type, String table) {
    return node.registry
        .begin(WorkSpec.of(type, "testdb", table))
        .thenCompose(
            work ->
                work.addLock("testdb/" + table)
                    .thenCompose(ok -> work.setContent(Bytes.utf8(type + " " + table)))
                    .thenCompose(ok -> finish(work)));
  }

  /** What is left of it; before its content was set no shard was told anything. */
  private CompletionStage<Void> finish(FailoverWork work) {
    FailoverRecord r = work.record();
    if (r.state() < 2) {
      return work.complete();
    }
    CompletionStage<Void> chain = CompletableFuture.completedStage(null);
    if (r.type().equals(WorkSpec.REBALANCE)) {
      if (r.state() == 2) {
        chain = work.setRebalance(new FailoverRecord.Rebalance(1, 10, 3, "tmp" + r.table()));
      }
      for (String shard : SHARDS) {
        chain = chain.thenCompose(ok -> copy(work, shard));
      }
    } else {
      for (String shard : SHARDS) {
        if (r.status().get(shard) != ShardState.COMMITTED) {
          chain = chain.thenCompose(ok -> apply(work, shard));
        }
      }
    }
    return chain.thenCompose(ok -> work.complete());
  }

  private CompletionStage<Void> apply(FailoverWork work, String shard) {
    return work.setStatus(shard, ShardState.SENT)
        .thenCompose(ok -> node.call(() -> world.shard(shard).apply(work.id(), work.token())))
        .thenCompose(
            taken ->
                taken
                    ? work.setStatus(shard, ShardState.COMMITTED)
                    : CompletableFuture.failedStage(
                        new IllegalStateException("fenced by a shard")));
  }

  private CompletionStage<Void> copy(FailoverWork work, String shard) {
    long from =
        work.record().slices().stream()
            .filter(s -> s.node().equals(shard))
            .mapToLong(FailoverRecord.Slice::rowId)
            .findFirst()
            .orElse(0);
    if (from >= ROWS) {
      return CompletableFuture.completedStage(null);
    }
    long to = from + BLOCK;
    return node.call(() -> world.shard(shard).copy(work.id(), work.token(), BLOCK))
        .thenCompose(
            taken ->
                taken
                    ? work.setSlice(
                        new FailoverRecord.Slice(shard, "n1", to, to / BLOCK, ROWS / BLOCK))
                    : CompletableFuture.failedStage(new IllegalStateException("fenced by a shard")))
        .thenCompose(ok -> copy(work, shard));
  }

  /** On how many shards an operation has an effect. */
  static long effects(World world, long id) {
    return SHARDS.stream().filter(s -> world.shard(s).effects.containsKey(id)).count();
  }
}
