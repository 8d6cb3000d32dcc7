package org.quorate.coordinator.zk.state;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;

/** What an entry of the log asks for. Each says what its result is. */
public sealed interface Command {
  /** Conditions and operations on keys: a {@code TransactionResult}. */
  record Transact(Transaction transaction) implements Command {}

  /**
   * A new session, whose id is the revision: a {@code Long}.
   *
   * @param proof digest of the secret
   */
  record OpenSession(SessionSpec spec, String client, Bytes proof) implements Command {}

  /** Starts the TTL anew for who knows the secret: a {@code SessionSpec}. */
  record Resume(long session, Bytes proof) implements Command {}

  /** Starts TTLs anew: the {@code List<Long>} of those sessions that have ended. */
  record KeepAlive(List<Long> sessions) implements Command {}

  /**
   * Ends a session: a {@code Boolean}, false if there is none, or if it was kept alive since.
   *
   * @param renewed revision of the keep-alive after which it is to end, 0 for whichever
   */
  record EndSession(long session, long renewed) implements Command {}

  /** Asks for a lock: a {@link LockReply}. */
  record Lock(long session, LockSpec spec, long epoch) implements Command {}

  /** Gives a lock back, or the place in its queue: a {@code Boolean}, false if there is no such claim. */
  record Unlock(String lock, FencingToken token) implements Command {}

  /**
   * Takes back a request for a lock: a {@code Boolean}, false if it does not wait (any more).
   *
   * @param client who asked, {@code number} the number of that entry
   * @param evenIfHeld gives the lock back too, should it be held by that request
   */
  record Withdraw(String lock, long client, long number, boolean evenIfHeld) implements Command {}

  /** Says when a lock was got by who waited for it: a {@code Boolean}. */
  record TellHeld(String lock, FencingToken token) implements Command {}

  /** Takes a lock away: a {@code Boolean}, false if it is not held with that token. */
  record ForceRelease(String lock, FencingToken token, String by, String reason)
      implements Command {}

  /** The log goes on in the next folder; the last entry of one. */
  record NextFolder() implements Command {}

  /**
   * All that is kept here is forgotten, since it has gone on elsewhere: {@code true}. Always an entry that
   * seals.
   *
   * @param left as of {@link Leave}; null in logs of versions before
   */
  record Retire(String left) implements Command {}

  /**
   * All has gone on elsewhere, and is not read here any more: {@code true}. Always an entry that seals.
   *
   * @param left why, shown to people
   */
  record Leave(String left) implements Command {}

  /** All is here: {@code true}. Always an entry that opens what was sealed. */
  record Open() implements Command {}

  /**
   * What another provider kept is to come, or goes on coming: {@code true}. Always an entry that changes
   * the head; until {@link TakeEnd} nothing else is done.
   *
   * @param start where revisions go on at least
   * @param taker who brings it: nobody else who has begun before goes on
   */
  record TakeBegin(long start, long taker) implements Command {}

  /** Some of what came is not wanted any more, or will come anew: {@code true}. */
  record TakeDrop(Dropped dropped, long taker) implements Command {}

  /**
   * What goes again of what came.
   *
   * @param forced whether the record of forced releases goes
   */
  record Dropped(
      List<String> keys,
      List<String> numbers,
      List<Long> sessions,
      List<String> locks,
      boolean forced) {}

  /** A part of it: {@code true}. */
  record TakePart(Inventory part, long taker) implements Command {}

  /**
   * It is all here: {@code true}.
   *
   * @param since the revision that was taken in
   */
  record TakeEnd(long since, long taker) implements Command {}

  /** A snapshot was stored: what is counted towards the next one begins anew. */
  record SnapshotStored() implements Command {}
}
