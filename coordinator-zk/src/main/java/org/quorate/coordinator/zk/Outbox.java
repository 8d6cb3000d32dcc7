package org.quorate.coordinator.zk;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.zookeeper.KeeperException;
import org.quorate.coordinator.zk.state.Applied;
import org.quorate.coordinator.zk.state.Command;
import org.quorate.coordinator.zk.state.Entry;
import org.quorate.coordinator.zk.state.Wire;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.FencingToken;

/**
 * What this coordinator has asked for and not yet read in the log. A request that may have been lost
 * is appended again under its number, which the log's readers count once. On the coordinator's thread
 * alone.
 */
final class Outbox {
  private static final int MAX_REQUESTS = 16_384;
  private static final long MAX_BYTES = 64 << 20;

  private final Ensemble ensemble;
  private final Replica replica;
  private final Runnable stalled;
  private final long client = ThreadLocalRandom.current().nextLong();
  private final TreeMap<Long, Request> open = new TreeMap<>();
  private final List<Asking> askingForHead = new ArrayList<>();
  private Head head;
  private boolean readingHead;
  private long last;
  private long bytes;

  private static final class Request {
    private final byte[] entry;
    private final CompletableFuture<Object> done = new CompletableFuture<>();
    private final long deadlineNanos;
    private boolean underWay;
    private boolean stored;

    /** Whether it may be in the log without being known to be. */
    private boolean doubtful;

    boolean mayBeDone() {
      return underWay || stored || doubtful;
    }

    Request(byte[] entry, long deadlineNanos) {
      this.entry = entry;
      this.deadlineNanos = deadlineNanos;
    }
  }

  /** Who waits for the head. */
  private record Asking(CompletableFuture<Head> answer, long deadlineNanos) {}

  /** A request's number and what comes of it. */
  record Sent(long number, CompletableFuture<Object> done) {}

  Outbox(Ensemble ensemble, Replica replica, Runnable stalled) {
    this.ensemble = ensemble;
    this.replica = replica;
    this.stalled = stalled;
  }

  long client() {
    return client;
  }

  boolean isSealed() {
    return head != null && head.sealed() != null;
  }

  Sent submit(Command command, long waitMs) {
    byte[] entry = encode(++last, command);
    Request request = new Request(entry, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs));
    int share = keepsOrGivesBack(command) ? 2 : 1;
    if (open.size() >= share * MAX_REQUESTS || bytes + entry.length > share * MAX_BYTES) {
      request.done.completeExceptionally(
          new CoordinationException(
              Code.OVERLOADED, open.size() + " requests with " + bytes + " bytes are under way"));
      return new Sent(last, request.done);
    }
    open.put(last, request);
    bytes += entry.length;
    send(last, request);
    return new Sent(last, request.done);
  }

  /** Who asks for too much is held up, but loses nothing by that, nor do others. */
  private static boolean keepsOrGivesBack(Command command) {
    return command instanceof Command.KeepAlive
        || command instanceof Command.EndSession
        || command instanceof Command.Withdraw
        || command instanceof Command.Unlock;
  }

  private byte[] encode(long number, Command command) {
    long settled = open.isEmpty() ? number - 1 : open.firstKey() - 1;
    return Wire.encode(new Entry(client, number, settled, System.currentTimeMillis(), command));
  }

  private void send(long number, Request request) {
    if (head == null) {
      readHead();
      return;
    }
    if (head.sealed() != null && !request.doubtful) {
      fail(number, sealed());
      return;
    }
    request.underWay = true;
    Head expected = head;
    ensemble.append(
        head,
        request.entry,
        (code, entry) -> {
          request.underWay = false;
          if (code == KeeperException.Code.OK) {
            request.stored = true;
            replica.heard(expected.folder(), entry + 1);
          } else if (code == KeeperException.Code.BADVERSION) {
            refused(number, request, expected);
          } else if (!refusedForGood(number, request, code)) {
            request.doubtful = true;
            stalled.run();
          }
        });
  }

  private void refused(long number, Request request, Head expected) {
    if (head != null && head.version() != expected.version() && open.get(number) == request) {
      send(number, request);
    } else {
      head = null;
      readHead();
    }
  }

  /** Whether the servers said what trying again does not change. */
  private boolean refusedForGood(long number, Request request, KeeperException.Code code) {
    CoordinationException why = Refusal.of(code, ensemble.root());
    if (why == null || request.doubtful) {
      return false;
    }
    fail(number, why);
    return true;
  }

  private CoordinationException sealed() {
    return CoordinationException.sealed(head.sealed());
  }

  private void readHead() {
    if (readingHead) {
      return;
    }
    readingHead = true;
    ensemble.readHead(
        this::headChanged,
        (code, node) -> {
          readingHead = false;
          if (code != KeeperException.Code.OK) {
            CoordinationException why = Refusal.of(code, ensemble.root());
            if (why == null || why.code() == CoordinationException.Code.OVERLOADED) {
              stalled.run();
            } else {
              failAll(why);
            }
            return;
          }
          try {
            head = Head.parse(node.data(), node.stat().getVersion());
          } catch (CoordinationException e) {
            failAll(e);
            return;
          }
          Head now = head;
          List<Asking> asked = List.copyOf(askingForHead);
          askingForHead.clear();
          asked.forEach(asking -> asking.answer().complete(now));
          sendAll();
        });
  }

  private void headChanged() {
    head = null;
    readHead();
  }

  /** After a connection was lost and all that was stored is read: what is not, is sent again. */
  void resume() {
    head = null;
    readHead();
  }

  private void sendAll() {
    for (long number : new ArrayList<>(open.keySet())) {
      Request request = open.get(number);
      if (request != null && !request.underWay && !request.stored) {
        if (head.sealed() != null && request.doubtful) {
          settleDoubt(number, request);
        } else {
          send(number, request);
        }
      }
    }
  }

  /** A sealed log takes no late entry: what is not in it once all is read was not done. */
  private void settleDoubt(long number, Request request) {
    request.underWay = true;
    int folder = head.folder();
    ensemble.tail(
        folder,
        (code, entries) -> {
          request.underWay = false;
          if (code != KeeperException.Code.OK) {
            stalled.run();
          } else if (replica.position().compareTo(new Position(folder, entries)) >= 0) {
            if (open.get(number) == request && head != null && head.sealed() != null) {
              fail(number, sealed());
            }
          } else {
            replica.heard(folder, entries);
            stalled.run();
          }
        });
  }

  /** An entry was read; completes the request if it was one of here. */
  boolean applied(Entry entry, Applied applied) {
    if (entry.client() != client || applied.repeated()) {
      return false;
    }
    Request request = remove(entry.number());
    if (request != null) {
      if (applied.result() instanceof CoordinationException refused) {
        request.done.completeExceptionally(refused);
      } else {
        request.done.complete(applied.result());
      }
    }
    return true;
  }

  /** Gives up what has waited too long. */
  void expire(long nowNanos) {
    failHead(
        asking -> nowNanos - asking.deadlineNanos() >= 0,
        new CoordinationException(
            Code.UNAVAILABLE, "no server of the ZooKeeper ensemble can be reached"));
    List<Long> late = new ArrayList<>();
    open.forEach(
        (number, request) -> {
          if (nowNanos - request.deadlineNanos >= 0) {
            late.add(number);
          }
        });
    for (long number : late) {
      Request request = open.get(number);
      fail(
          number,
          request.mayBeDone()
              ? new CoordinationException(
                  Code.INDETERMINATE, "it was sent to ZooKeeper; no answer came in time")
              : new CoordinationException(
                  Code.UNAVAILABLE, "no server of the ZooKeeper ensemble can be reached"));
    }
  }

  /** Nothing comes any more: what was sent may have been done. */
  void failAll(CoordinationException why) {
    failHead(asking -> true, why);
    failSent("it was sent to ZooKeeper; what became of it was not read: " + why.getMessage());
    for (long number : new ArrayList<>(open.keySet())) {
      fail(number, why);
    }
  }

  /** What was passed over when a snapshot was taken in: it was done, or never will be. */
  void passedOver() {
    failSent("this coordinator fell behind and did not see what became of it");
  }

  private void failSent(String why) {
    for (long number : new ArrayList<>(open.keySet())) {
      Request request = open.get(number);
      if (request != null && request.mayBeDone()) {
        fail(number, new CoordinationException(Code.INDETERMINATE, why));
      }
    }
  }

  private void fail(long number, CoordinationException why) {
    Request request = remove(number);
    if (request != null) {
      request.done.completeExceptionally(why);
    }
  }

  private Request remove(long number) {
    Request request = open.remove(number);
    if (request != null) {
      bytes -= request.entry.length;
    }
    return request;
  }

  /** Begins the next folder of the log; if it does not succeed, somebody tries again later. */
  void nextFolder() {
    Head now = head;
    if (now != null && now.sealed() == null && now.folder() == replica.position().folder()) {
      changeHead(now, now.nextFolder(), new Command.NextFolder(), true, (code, v) -> {});
    }
  }

  /** The head, once it is known. */
  CompletableFuture<Head> head(long waitMs) {
    if (head != null) {
      return CompletableFuture.completedFuture(head);
    }
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    Asking asking = new Asking(new CompletableFuture<>(), deadline);
    askingForHead.add(asking);
    readHead();
    return asking.answer();
  }

  /** The head as it is now. */
  CompletableFuture<Head> newHead(long waitMs) {
    head = null;
    return head(waitMs);
  }

  private void failHead(Predicate<Asking> whom, CoordinationException why) {
    for (Asking asking : List.copyOf(askingForHead)) {
      if (whom.test(asking)) {
        askingForHead.remove(asking);
        asking.answer().completeExceptionally(why);
      }
    }
  }

  /**
   * Seals the log against every coordinator, or opens it again. Only what is sealed is left.
   *
   * @param reason null to open it
   * @param by who does it: fails with LOCK_LOST if somebody with a higher token has
   * @param told what the entry that does it asks for
   * @return false if the head was changed at the same time
   */
  CompletableFuture<Boolean> seal(String reason, FencingToken by, Command told, long waitMs) {
    return head(waitMs)
        .thenCompose(
            now ->
                told instanceof Command.Leave && now.sealed() == null
                    ? CompletableFuture.completedFuture(false)
                    : seal(now, now.changed(by, reason), told))
        .thenCompose(
            done ->
                done
                    ? CompletableFuture.completedFuture(true)
                    : head(waitMs).thenApply(other -> refused(other, by)));
  }

  private static boolean refused(Head other, FencingToken by) {
    other.refuse(by);
    return false;
  }

  private CompletableFuture<Boolean> seal(Head now, byte[] data, Command told) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    changeHead(
        now,
        data,
        told,
        false,
        (code, nothing) -> {
          if (code == KeeperException.Code.OK) {
            headChanged();
            done.complete(true);
          } else if (code == KeeperException.Code.BADVERSION) {
            headChanged();
            done.complete(false);
          } else {
            done.completeExceptionally(
                new CoordinationException(Code.INDETERMINATE, "ZooKeeper answers " + code));
          }
        });
    return done;
  }

  /** Changes the head as it is known; the change is itself an entry. */
  private void changeHead(
      Head now, byte[] data, Command told, boolean folder, Ensemble.Answer<Void> answer) {
    ensemble.changeHead(now, data, encode(++last, told), folder, answer);
  }
}
