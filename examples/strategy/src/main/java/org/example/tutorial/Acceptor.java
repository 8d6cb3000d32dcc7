package org.example.tutorial;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.example.tutorial.TutorialMessage.Vote;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.storage.Pending;

/**
 * What this node has promised and accepted, and its disk. The slots in memory follow each other
 * without a gap, from the one after {@link #base()} to {@link #last()}.
 *
 * <p>[persistent] The stable record holds the highest ballot promised, and up to where this node
 * knew all decided when the membership changed last. The log is a journal: each record says
 * what was accepted in a slot, and the newest record of a slot counts. Nothing is ever cut off at its
 * end, so no crash can take back what was accepted before.
 */
final class Acceptor {
  private record Kept(Ballot ballot, Entry entry, long journal) {}

  private final ArrayList<Kept> slots = new ArrayList<>();
  private Ballot promised = Ballot.NONE;
  private long base;
  private long journal; // index of the next record
  private long knownDecided; // what a restart will know
  private Pending newest; // last write that was issued

  /**
   * What a restart makes of the disk.
   *
   * @throws IllegalStateException if it contradicts itself
   */
  Acceptor(Recovered found) {
    base = found.applied();
    knownDecided = base;
    if (found.stable() != null) {
      Decoder in = new Decoder(found.stable());
      promised = Ballot.decode(in);
      knownDecided = Math.max(knownDecided, in.varint());
    }
    journal = found.first();
    TreeMap<Long, Kept> bySlot = new TreeMap<>();
    for (Bytes record : found.records()) {
      Decoder in = new Decoder(record);
      long slot = in.varint();
      Ballot ballot = Ballot.decode(in);
      knownDecided = Math.max(knownDecided, in.varint());
      bySlot.put(slot, new Kept(ballot, Entry.decode(in), journal++));
    }
    for (Kept kept : bySlot.values()) {
      if (promised.below(kept.ballot())) {
        throw new IllegalStateException(
            "accepted under " + kept.ballot() + ", promised is only " + promised);
      }
    }
    while (bySlot.containsKey(base)) {
      base--; // the state stands for these slots, but members that are behind may want them
    }
    for (Kept kept : bySlot.tailMap(base, false).values()) {
      slots.add(kept);
    }
    if (!bySlot.isEmpty() && bySlot.lastKey() > last() || knownDecided > last()) {
      throw new IllegalStateException(
          "the log has "
              + slots.size()
              + " slots after "
              + base
              + " and ends at "
              + (bySlot.isEmpty() ? base : bySlot.lastKey())
              + ", known decided is "
              + knownDecided
              + ": slots between are missing");
    }
  }

  /** The highest ballot promised: nothing below it is accepted. */
  Ballot promised() {
    return promised;
  }

  /** The slot before the first one kept. */
  long base() {
    return base;
  }

  long last() {
    return base + slots.size();
  }

  /** Up to here all was known decided before the restart; not more than {@link #last()}. */
  long knownDecided() {
    return knownDecided;
  }

  /** The value of a slot from {@code base() + 1} to {@code last()}. */
  Entry entry(long slot) {
    return kept(slot).entry();
  }

  private Kept kept(long slot) {
    return slots.get((int) (slot - base - 1));
  }

  /** Values from a slot on, at least one, while they fit and are not beyond {@code to}. */
  List<Entry> entries(long from, long to, long maxBytes) {
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    for (long slot = from; slot <= to; slot++) {
      Entry entry = entry(slot);
      bytes += entry.bytes();
      if (bytes > maxBytes && !entries.isEmpty()) {
        break;
      }
      entries.add(entry);
    }
    return entries;
  }

  /** All that was accepted from a slot on. */
  List<Vote> votes(long from) {
    List<Vote> votes = new ArrayList<>();
    for (long slot = from; slot <= last(); slot++) {
      votes.add(new Vote(kept(slot).ballot(), kept(slot).entry()));
    }
    return votes;
  }

  /** The last slot up to which, from the one after {@code slot}, all is accepted under a ballot. */
  long acceptedFrom(long slot, Ballot ballot) {
    long upTo = slot;
    while (upTo < last() && kept(upTo + 1).ballot().equals(ballot)) {
      upTo++;
    }
    return upTo;
  }

  /** Promises a ballot: whoever is told so hears it when it is on disk. */
  Pending promise(Ballot ballot, long decided, Effects out) {
    promised = ballot;
    return remember(decided, out);
  }

  /** A restart is to know that all up to a slot is decided. */
  Pending remember(long decided, Effects out) {
    Encoder record = new Encoder();
    promised.encode(record);
    record.varint(decided);
    newest = out.record(record.take());
    return newest;
  }

  /** Accepts values for the slots after one; what was accepted there under this ballot stays. */
  void accept(long previous, List<Entry> entries, Ballot ballot, long decided, Effects out) {
    List<Bytes> records = new ArrayList<>(entries.size());
    long first = journal;
    long slot = previous;
    for (Entry entry : entries) {
      slot++;
      boolean there = slot <= last();
      if (there && kept(slot).ballot().equals(ballot)) {
        continue;
      }
      Encoder record = new Encoder(entry.bytes() + Ballot.BYTES);
      record.varint(slot);
      ballot.encode(record);
      record.varint(decided);
      entry.encode(record);
      records.add(record.take());
      Kept kept = new Kept(ballot, entry, journal++);
      if (there) {
        slots.set((int) (slot - base - 1), kept);
      } else {
        slots.add(kept);
      }
    }
    if (!records.isEmpty()) {
      newest = out.append(first, records);
    }
  }

  /** The write after which everything accepted and promised so far is on disk; null for none. */
  Pending newest() {
    return newest;
  }

  /** Forgets the slots up to one, and lets the disk forget the records that nothing needs. */
  void forget(long upTo, Effects out) {
    if (upTo <= base) {
      return;
    }
    slots.subList(0, (int) Math.min(slots.size(), upTo - base)).clear();
    base = upTo;
    out.trim(slots.stream().mapToLong(Kept::journal).min().orElse(journal));
  }
}
