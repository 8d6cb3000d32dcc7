package org.quorate.coordinator.kv;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvEvent;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;

/**
 * What the numbers of the group mean. What began in the group has the group's own; once something was
 * taken in from another provider, clients see the group's numbers plus an offset, and what came along has
 * the numbers that it had. A base is never changed: the next one has places of its own, and it becomes
 * the base when nothing is left in the places of this one, in the same revision as it is opened.
 */
final class Base {
  /** Of a lease; what is above tells histories of a group apart, and is not counted on. */
  private static final long POSITION = (1L << 48) - 1;

  private final Stored stored;
  private final long at;
  private final long epoch;
  private final Places places;
  private final TreeMap<String, Numbers> moved;
  private final Map<Long, Long> sessions;
  private volatile long validAt;

  /**
   * What is stored of it.
   *
   * @param number how often something was taken in
   * @param ahead how far what clients see is ahead of the group
   * @param epoch of who took it in
   * @param since the revision that was taken in
   * @param taker who took it in
   */
  record Stored(long number, long ahead, long epoch, long since, Bytes taker) {
    static final Stored NONE = new Stored(0, 0, 0, 0, Bytes.EMPTY);

    Bytes encode() {
      Encoder out = new Encoder();
      out.varint(number).varint(ahead).varint(epoch).varint(since).bytes(taker);
      return out.take();
    }

    static Stored decode(Bytes bytes) {
      Decoder in = new Decoder(bytes);
      return new Stored(in.varint(), in.varint(), in.varint(), in.varint(), in.bytes());
    }
  }

  /**
   * @param at the group's revision that made it the base, 0 for what began here
   * @param epoch for fencing tokens, if the stored one is not higher
   * @param moved what keys came with
   * @param sessions those that came, by their leases
   */
  Base(
      Stored stored,
      long at,
      long epoch,
      TreeMap<String, Numbers> moved,
      Map<Long, Long> sessions) {
    this.stored = stored;
    this.at = at;
    this.epoch = Math.max(epoch, stored.epoch);
    this.places = new Places(stored.number);
    this.moved = moved;
    this.sessions = sessions;
  }

  Places places() {
    return places;
  }

  Stored stored() {
    return stored;
  }

  /** The group's revision since which it holds. */
  long at() {
    return at;
  }

  long epoch() {
    return epoch;
  }

  /** The group's revision at which it is known to have held yet. */
  long validAt() {
    return validAt;
  }

  void holdsAt(long revision) {
    validAt = Math.max(validAt, revision);
  }

  // ---- what clients see -----------------------------------------------------------------------

  /** The revision that clients see. */
  long shown(long revision) {
    return revision + stored.ahead;
  }

  /** The session that has a lease. */
  long session(long lease) {
    long id = Math.abs(lease);
    if (id == 0 || at == 0) {
      return id;
    }
    Long came = sessions.get(id);
    return came != null ? came : (id & POSITION) + stored.ahead;
  }

  KeyEntry entry(KvEntry found) {
    String key = places.keyAt(found.key());
    long create = shown(found.createRevision());
    long mod = shown(found.modRevision());
    long version = found.version();
    if (found.createRevision() <= at) {
      Numbers came = moved.get(key);
      if (came == null) {
        throw new CoordinationException(Code.BROKEN, "no numbers came with the key " + key);
      }
      create = came.createRevision();
      mod = found.modRevision() <= at ? came.modRevision() : mod;
      version += came.version() - 1;
    }
    return new KeyEntry(key, found.value(), create, mod, version, session(found.lease()));
  }

  KeyEvent event(KvEvent event) {
    boolean deleted = event.type() == KvEvent.Type.DELETE;
    return new KeyEvent(
        places.keyAt(event.entry().key()),
        shown(event.revision()),
        deleted ? null : entry(event.entry()));
  }

  /** The token of a claim; a line is ordered by them. */
  FencingToken token(KvEntry claim) {
    return claim.createRevision() <= at
        ? ClaimRecord.decode(new Decoder(claim.value())).came()
        : token(claim.createRevision());
  }

  /** The token of a claim that was created here. */
  FencingToken token(long createRevision) {
    return new FencingToken(epoch, shown(createRevision));
  }

  // ---- what clients say -----------------------------------------------------------------------

  /**
   * The group's revision for one that a client has seen. Those from the one that was taken in until
   * the first one here are the same: nothing has changed in between.
   *
   * @return -1 for one that is gone: of the provider before, or of what was here before
   */
  long found(long shown) {
    if (shown <= shown(at) && at > 0) {
      return shown < stored.since ? -1 : at;
    }
    return shown - stored.ahead;
  }

  /** The numbers that a key came with, null if it did not. */
  Numbers came(String key) {
    return moved.get(key);
  }

  /** Keys that came, with their numbers, below a path. */
  Collection<Map.Entry<String, Numbers>> cameBelow(String path) {
    return path.isEmpty()
        ? moved.entrySet()
        : moved.subMap(path + "/", path + (char) ('/' + 1)).entrySet();
  }

  /** Whether nothing that is there now came from elsewhere. */
  boolean isFirst() {
    return at == 0;
  }
}
