package org.quorate.runtime.node;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Indeterminate;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.Proposal;
import org.quorate.api.wire.Decoder;

/**
 * The proposals of one {@link NodeAccess}, in a session that is opened for the first one. A proposal keeps
 * its sequence through all repetitions, so it is executed at most once. On the access's thread.
 */
final class AccessWrites {
  /** Sequences that may be unanswered at once; the group remembers 4096. */
  private static final int WINDOW = 4000;

  private static final long TTL_MS = 30_000;
  private static final long RETRY_MS = 20;
  private static final Outcome NO_SESSION =
      new Outcome.NotLeader(null, "nobody opened a session in time");

  /** A session and the proposals that were made in it. */
  private static final class Lease {
    final long id;
    final ArrayDeque<Write> window = new ArrayDeque<>();
    long nextSequence = 1;
    long acknowledged;
    long keptAliveMs;

    Lease(long id, long nowMs) {
      this.id = id;
      this.keptAliveMs = nowMs;
    }
  }

  private static final class Write {
    final Bytes command;
    final long deadlineMs;
    final CompletableFuture<Outcome> done = new CompletableFuture<>();
    Lease lease;
    long sequence;
    boolean uncertain; // a send of it may have been, or may yet be, executed

    Write(Bytes command, long deadlineMs) {
      this.command = command;
      this.deadlineMs = deadlineMs;
    }
  }

  private final NodeAccess access;
  private final GroupId group;
  private final Forwarding forwarding;
  private final ArrayDeque<Write> queue = new ArrayDeque<>();
  private final ArrayDeque<Write> byDeadline = new ArrayDeque<>();
  private Lease lease;
  private boolean opening;
  private boolean keepingAlive;

  AccessWrites(NodeAccess access, Forwarding forwarding) {
    this.access = access;
    this.group = access.id();
    this.forwarding = forwarding;
  }

  CompletableFuture<Outcome> propose(Bytes command) {
    Write write = new Write(command, GroupHost.nowMs() + NodeAccess.PATIENCE_MS);
    queue.add(write);
    byDeadline.add(write);
    pump();
    return write.done;
  }

  private void pump() {
    if (lease == null) {
      if (!queue.isEmpty() && !opening) {
        open();
      }
      return;
    }
    while (!queue.isEmpty() && lease.nextSequence - lease.acknowledged <= WINDOW) {
      Write write = queue.poll();
      if (!write.done.isDone()) {
        write.lease = lease;
        write.sequence = lease.nextSequence++;
        lease.window.add(write);
        send(write);
      }
    }
  }

  private void send(Write write) {
    long acknowledged = write.lease.acknowledged;
    Proposal proposal =
        new Proposal(write.lease.id, write.sequence, acknowledged, write.command, null);
    forwarding
        .propose(group, proposal)
        .thenAcceptAsync(outcome -> answered(write, outcome), access.loop());
  }

  private void answered(Write write, Outcome outcome) {
    if (write.done.isDone()) {
      return;
    }
    if (outcome instanceof Rejected refused && refused.code() == Rejection.SESSION_EXPIRED) {
      expired(write);
    } else if (NodeAccess.passing(outcome)) {
      write.uncertain |= outcome instanceof Indeterminate;
      if (GroupHost.nowMs() < write.deadlineMs) {
        access.after(RETRY_MS, () -> again(write));
      } else {
        finish(write, write.uncertain ? late() : outcome);
      }
    } else {
      finish(write, outcome);
    }
  }

  private void again(Write write) {
    if (!write.done.isDone()) {
      send(write);
    }
  }

  private static Indeterminate late() {
    return new Indeterminate("no answer within " + NodeAccess.PATIENCE_MS + " ms", null);
  }

  private void finish(Write write, Outcome outcome) {
    write.done.complete(outcome);
    advance(write.lease);
    pump();
  }

  private static void advance(Lease lease) {
    while (!lease.window.isEmpty() && lease.window.peek().done.isDone()) {
      lease.acknowledged = lease.window.poll().sequence;
    }
  }

  /** This send was not executed; unless another one may have been, it is made anew. */
  private void expired(Write write) {
    if (lease == write.lease) {
      lease = null;
    }
    if (write.uncertain) {
      finish(write, new Indeterminate("the session expired before the outcome was known", null));
    } else {
      write.lease = null;
      queue.add(write);
      pump();
    }
  }

  // ---- the session ----------------------------------------------------------------------------

  private void open() {
    opening = true;
    forwarding
        .session(SessionCall.open(group, TTL_MS))
        .thenAcceptAsync(this::opened, access.loop());
  }

  private void opened(Outcome outcome) {
    opening = false;
    if (outcome instanceof Outcome.Committed committed) {
      lease = new Lease(committed.result().longAt(0), GroupHost.nowMs());
      pump();
    } else if (NodeAccess.passing(outcome)) {
      access.after(RETRY_MS, this::pump);
    } else {
      List<Write> all = List.copyOf(queue);
      queue.clear();
      all.forEach(write -> write.done.complete(outcome));
    }
  }

  /** Now and then: proposals whose time is over, and the life of the session. */
  void tick() {
    long now = GroupHost.nowMs();
    while (!byDeadline.isEmpty()
        && (byDeadline.peek().done.isDone() || byDeadline.peek().deadlineMs <= now)) {
      Write write = byDeadline.poll();
      if (!write.done.isDone()) {
        write.done.complete(write.lease == null ? NO_SESSION : late());
      }
    }
    if (lease == null) {
      return;
    }
    advance(lease);
    pump();
    if (!keepingAlive && now - lease.keptAliveMs > TTL_MS / 3) {
      keepingAlive = true;
      Lease kept = lease;
      forwarding
          .session(SessionCall.keepAlive(group, List.of(kept.id)))
          .thenAcceptAsync(outcome -> keptAlive(kept, now, outcome), access.loop());
    }
  }

  private void keptAlive(Lease kept, long askedMs, Outcome outcome) {
    keepingAlive = false;
    if (outcome instanceof Outcome.Committed committed) {
      kept.keptAliveMs = askedMs;
      boolean gone = new Decoder(committed.result()).list(Decoder::i64).contains(kept.id);
      if (gone && lease == kept) {
        lease = null;
        pump();
      }
    }
  }

  /** Answers what is left, and ends the session if a node takes that now. */
  void end() {
    byDeadline.forEach(
        write -> write.done.complete(write.lease == null ? NodeAccess.CLOSED : late()));
    byDeadline.clear();
    queue.clear();
    if (lease != null) {
      forwarding.session(SessionCall.close(group, lease.id));
      lease = null;
    }
  }
}
