package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * Where one node keeps its replica of a group: the durable mark by which one storage counts at any
 * time.
 *
 * @param log name of the log storage
 * @param state name of the state storage
 * @param storeId who this replica is; 0 for the node's own store
 * @param start of the node in which it came there: what is in memory is gone at the next
 * @param deadLog log storage that may hold remains, which must not come to life again; or empty
 * @param deadState state storage that may; or empty
 * @param moves those that have ended in another storage, the last one last
 */
record StorageChoice(
    String log,
    String state,
    long storeId,
    long start,
    String deadLog,
    String deadState,
    List<Move> moves) {
  static final int FORMAT = 1;
  private static final int MOVES_MAX = 16;

  /**
   * A move that has ended.
   *
   * @param atMs wall clock when the new storages took over, milliseconds since 1970
   * @param tookMs from its beginning until then
   */
  record Move(String from, String to, long atMs, long tookMs) {}

  StorageChoice {
    moves = List.copyOf(moves);
  }

  /** Where the group was created. */
  static StorageChoice created(GroupManifest manifest) {
    return new StorageChoice(manifest.log(), manifest.config().storage(), 0, 0, "", "", List.of());
  }

  /** Both names in one: {@code journal+mapdb}, or one name if they are the same. */
  String names() {
    return names(log, state);
  }

  static String names(String log, String state) {
    return log.equals(state) ? log : log + "+" + state;
  }

  boolean clean() {
    return deadLog.isEmpty() && deadState.isEmpty();
  }

  /** With remains in storages that are not used now. */
  StorageChoice with(String newDeadLog, String newDeadState) {
    return new StorageChoice(log, state, storeId, start, newDeadLog, newDeadState, moves);
  }

  /** The other storages count; what those of now hold are remains. */
  StorageChoice moved(String newLog, String newState, long identity, long nodeStart, Move move) {
    List<Move> all = new ArrayList<>(moves);
    all.add(move);
    return new StorageChoice(
        newLog,
        newState,
        identity,
        nodeStart,
        newLog.equals(log) ? "" : log,
        newState.equals(state) ? "" : state,
        all.subList(Math.max(0, all.size() - MOVES_MAX), all.size()));
  }

  Bytes encode() {
    Encoder out = new Encoder();
    out.u8(FORMAT).text(log).text(state).i64(storeId).varint(start).text(deadLog).text(deadState);
    out.list(moves, (e, m) -> e.text(m.from()).text(m.to()).varint(m.atMs()).varint(m.tookMs()));
    return out.take();
  }

  /** Throws MalformedException. */
  static StorageChoice decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int format = in.u8();
    if (format != FORMAT) {
      throw new MalformedException("storage mark of format " + format + ", known is " + FORMAT, 0);
    }
    StorageChoice choice =
        new StorageChoice(
            in.text(),
            in.text(),
            in.i64(),
            in.varint(),
            in.text(),
            in.text(),
            in.list(d -> new Move(d.text(), d.text(), d.varint(), d.varint())));
    in.end();
    return choice;
  }
}
