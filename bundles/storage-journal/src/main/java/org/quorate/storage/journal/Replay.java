package org.quorate.storage.journal;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.storage.StorageException;

/**
 * Rebuilds the streams from whole records in the order of the journal.
 *
 * <p>Where segments were freed, a stream begins in the middle. It is complete all the same if a META
 * or RESET frame says that the missing records were dropped; that is checked at the end.
 */
final class Replay {
  private final Map<Integer, LogStream> streams = new TreeMap<>();

  /** By stream: where its records begin without a frame that says why. */
  private final Map<Integer, Long> unexplained = new TreeMap<>();

  /** By stream: the first index that its last META or RESET frame names. */
  private final Map<Integer, Long> bases = new TreeMap<>();

  private int lastStream;
  private long firstLive;

  /** Records in segments below this one are not needed. */
  long firstLive() {
    return firstLive;
  }

  int lastStream() {
    return lastStream;
  }

  Map<Integer, LogStream> streams() {
    return streams;
  }

  /**
   * Takes a record over.
   *
   * @param at its position
   * @param length of the payload
   * @param payload the payload, of META frames only
   * @param damage makes the error for content that cannot be
   */
  void apply(
      int type,
      int id,
      long index,
      long at,
      int length,
      Bytes payload,
      Function<String, StorageException> damage) {
    lastStream = Math.max(lastStream, id);
    switch (type) {
      case Layout.ENTRY -> {
        LogIndex log = logAt(id, index);
        log.put(index, at, length);
      }
      case Layout.TRUNCATE -> logAt(id, index).truncate(index);
      case Layout.RESET -> {
        stream(id).index().reset(index);
        bases.put(id, index);
        unexplained.remove(id);
      }
      case Layout.META -> meta(id, index, at, payload, damage);
      case Layout.DELETE -> {
        streams.remove(id);
        unexplained.remove(id);
      }
      case Layout.FREE -> firstLive = Math.max(firstLive, index);
      case Layout.SYNCED, Layout.END -> {} // say nothing about streams
      default -> throw damage.apply("frame of unknown type " + type);
    }
  }

  private LogStream stream(int id) {
    return streams.computeIfAbsent(id, LogStream::new);
  }

  private LogIndex logAt(int id, long index) {
    LogIndex log = stream(id).index();
    if (index < log.first() || index > log.last() + 1) {
      log.reset(index);
      unexplained.put(id, index);
    }
    return log;
  }

  private void meta(
      int id, long first, long at, Bytes payload, Function<String, StorageException> damage) {
    LogStream stream = stream(id);
    try {
      stream.readMeta(payload, Layout.segment(at), first);
    } catch (MalformedException e) {
      throw damage.apply(e.getMessage());
    }
    LogIndex log = stream.index();
    if (log.isEmpty()) {
      log.reset(first);
      unexplained.remove(id);
    } else if (first > log.last() + 1) {
      throw damage.apply("first index " + first + " is beyond the last, " + log.last());
    } else {
      log.trim(first);
    }
    bases.put(id, first);
  }

  /** Checks what can only be checked when all is read. */
  void end(Function<String, StorageException> damage) {
    for (LogStream stream : streams.values()) {
      if (stream.group == null) {
        throw damage.apply("stream " + stream.id + " has no name");
      }
      Long from = unexplained.get(stream.id);
      if (from != null && bases.get(stream.id) < from) {
        throw damage.apply(
            "records before "
                + from
                + " of group "
                + stream.group
                + ", epoch "
                + stream.epoch
                + " are missing");
      }
      if (stream.firstSegment(Long.MAX_VALUE) < firstLive) {
        throw damage.apply("records of group " + stream.group + " are in freed segments");
      }
      stream.firstGiven = stream.first();
    }
  }
}
