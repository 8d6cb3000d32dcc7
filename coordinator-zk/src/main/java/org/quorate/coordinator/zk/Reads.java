package org.quorate.coordinator.zk;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;

/**
 * Lets a read wait until all is applied that was acknowledged before it. Those that come while one
 * round is under way share the next. On the coordinator's thread alone.
 */
final class Reads {
  private final Ensemble ensemble;
  private final Replica replica;
  private final boolean quorum;
  private final Runnable stalled;
  private final Set<Reader> open = new LinkedHashSet<>();
  private final List<Reader> waiting = new ArrayList<>();
  private final List<Round> rounds = new ArrayList<>();
  private boolean asking;

  private record Reader(CompletableFuture<Void> ready, long deadlineNanos) {}

  private record Round(Position upTo, List<Reader> readers) {}

  Reads(Ensemble ensemble, Replica replica, boolean quorum, Runnable stalled) {
    this.ensemble = ensemble;
    this.replica = replica;
    this.quorum = quorum;
    this.stalled = stalled;
  }

  CompletableFuture<Void> await(long waitMs) {
    Reader reader =
        new Reader(
            new CompletableFuture<>(), System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs));
    open.add(reader);
    reader.ready().whenComplete((ready, problem) -> open.remove(reader));
    waiting.add(reader);
    ask();
    return reader.ready();
  }

  private void ask() {
    if (asking || waiting.isEmpty()) {
      return;
    }
    asking = true;
    List<Reader> readers = new ArrayList<>(waiting);
    waiting.clear();
    ensemble.barrier(
        quorum,
        (code, nothing) -> {
          if (code == KeeperException.Code.OK) {
            tail(readers);
          } else {
            failed(readers, Refusal.of(code, ensemble.root()));
          }
        });
  }

  private void tail(List<Reader> readers) {
    int folder = replica.position().folder();
    ensemble.tail(
        folder,
        (code, entries) -> {
          if (code != KeeperException.Code.OK) {
            // A folder that is gone was read by others: a snapshot says where the log goes on.
            boolean trimmed = code == KeeperException.Code.NONODE;
            failed(readers, trimmed ? null : Refusal.of(code, ensemble.root()));
            return;
          }
          asking = false;
          rounds.add(new Round(new Position(folder, entries), readers));
          replica.heard(folder, entries);
          applied();
          ask();
        });
  }

  /** They are asked for again, unless that changes nothing. */
  private void failed(List<Reader> readers, CoordinationException why) {
    asking = false;
    if (why == null) {
      waiting.addAll(0, readers);
      stalled.run();
    } else {
      readers.forEach(r -> r.ready().completeExceptionally(why));
      ask();
    }
  }

  /** After a connection was lost. */
  void resume() {
    ask();
  }

  /** The replica has gone on. */
  void applied() {
    while (!rounds.isEmpty() && rounds.get(0).upTo().compareTo(replica.position()) <= 0) {
      Round round = rounds.remove(0);
      if (round.upTo().folder() < replica.position().folder()) {
        // The log went on in another folder, perhaps before the read began: look there too.
        tail(round.readers());
      } else {
        round.readers().forEach(r -> r.ready().complete(null));
      }
    }
  }

  void expire(long nowNanos) {
    for (Reader reader : List.copyOf(open)) {
      if (nowNanos - reader.deadlineNanos() >= 0) {
        reader
            .ready()
            .completeExceptionally(
                new CoordinationException(
                    Code.UNAVAILABLE, "no majority of the ZooKeeper ensemble answers a read"));
      }
    }
    waiting.removeIf(r -> r.ready().isDone());
  }

  void failAll(CoordinationException why) {
    List.copyOf(open).forEach(r -> r.ready().completeExceptionally(why));
  }
}
