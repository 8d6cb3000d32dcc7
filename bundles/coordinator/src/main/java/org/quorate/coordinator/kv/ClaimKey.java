package org.quorate.coordinator.kv;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;

/** The key of a claim, and what the group is asked to do with it. Its counter is its create revision. */
final class ClaimKey {
  private final Bytes place;
  private final KeyRange queue;
  private final long lease;

  /**
   * Of a session's claim on a lock.
   *
   * @param slot see {@link Slots}
   */
  ClaimKey(Session session, String lock, long slot) {
    Places places = session.base().places();
    this.place = places.claim(lock, session.id(), slot);
    this.queue = places.claims(lock);
    this.lease = session.lease();
  }

  Bytes place() {
    return place;
  }

  /** The ranges to watch for whether it is there. */
  List<KeyRange> alone() {
    return List.of(KeyRange.single(place));
  }

  /** Likewise, and whether the one before it is. */
  List<KeyRange> behind(Bytes before) {
    return List.of(KeyRange.single(before), KeyRange.single(place));
  }

  /** Where all claims of the lock are. */
  KeyRange queue() {
    return queue;
  }

  /** All claims of the lock. */
  KvQuery line() {
    return KvQuery.range(queue, 0);
  }

  /** Takes the lock if nobody has it, else a place in the queue, if it is to wait, and tells the queue. */
  KvCommand ask(ClaimRecord record, boolean waits) {
    Compare free = new Compare(queue, Compare.Target.VERSION, Compare.Op.EQUAL, Bytes.ofLong(0));
    KvCommand take = put(record.held(record.askedAtMs()));
    KvCommand read = new KvCommand.Read(line());
    List<KvCommand> otherwise = waits ? List.of(put(record), read) : List.of(read);
    return new KvCommand.Txn(List.of(free), List.of(take), otherwise);
  }

  private KvCommand put(ClaimRecord content) {
    return new KvCommand.Put(place, content.encode(), lease, false);
  }

  /** Tells others what has changed of it. */
  KvCommand tell(long counter, ClaimRecord record) {
    KvCommand put = new KvCommand.Put(place, record.encode(), KvCommand.KEEP_LEASE, false);
    return new KvCommand.Txn(List.of(same(counter)), List.of(put), List.of());
  }

  /**
   * Deletes it.
   *
   * @param counter 0 if it is not known: then whatever is there
   */
  KvCommand delete(long counter) {
    List<Compare> when = counter == 0 ? List.of() : List.of(same(counter));
    return new KvCommand.Txn(when, List.of(KvCommand.delete(place)), List.of());
  }

  /** Deletes it, and tells the queue first of all. */
  KvCommand leave(long counter) {
    KvCommand read = new KvCommand.Read(line());
    return new KvCommand.Txn(
        List.of(same(counter)), List.of(read, KvCommand.delete(place)), List.of(read));
  }

  /** That it is there yet. */
  Compare same(long counter) {
    return Translation.number(place, Compare.Target.CREATE, counter);
  }
}
