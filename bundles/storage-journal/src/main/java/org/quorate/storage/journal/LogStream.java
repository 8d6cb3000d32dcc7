package org.quorate.storage.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.storage.files.StorageFiles;

/**
 * What the journal keeps of one link: its index, its stable record, and the appends that are not on
 * disk yet. The index and the appends are shared by the link's loop and the writer, under the
 * monitor; the rest belongs to the writer.
 */
final class LogStream {
  /** Reads this much at a time, since neighbours are likely to be asked for next. */
  private static final int WINDOW_BYTES = 1 << 16;

  final int id;

  /** Group and epoch; null while recovery has not met the META frame. */
  String group;

  long epoch;

  private final LogIndex index = new LogIndex();
  private final Deque<Op> unwritten = new ArrayDeque<>();

  /** The last one given to the frame writer; null when there was none. */
  Bytes stable;

  /** The first index, with what was given to the frame writer and is not on disk yet. */
  long firstGiven = 1;

  /** Segment of the last META frame, 0 for none, and the first index that it names. */
  long metaSegment;

  long metaFirst;

  LogStream(int id) {
    this.id = id;
  }

  LogStream(int id, String group, long epoch) {
    this.id = id;
    this.group = group;
    this.epoch = epoch;
  }

  synchronized long first() {
    return index.first();
  }

  synchronized long last() {
    return index.last();
  }

  /** Segment of the first record; {@code whenEmpty} when there is none. */
  synchronized long firstSegment(long whenEmpty) {
    return index.isEmpty() ? whenEmpty : Layout.segment(index.position(index.first()));
  }

  /** Keeps a write readable until it is on disk. */
  synchronized void issued(Op op) {
    unwritten.addLast(op);
  }

  /** Takes over what is on disk now. */
  synchronized void written(Op op) {
    if (op instanceof Op.Append append) {
      unwritten.removeFirst();
      index.truncate(append.first);
      for (int i = 0; i < append.positions.length; i++) {
        index.put(append.first + i, append.positions[i], append.records.get(i).length());
      }
    } else if (op instanceof Op.Reset reset) {
      unwritten.removeFirst();
      index.reset(reset.next);
    } else if (op instanceof Op.Trim trim) {
      index.trim(trim.first);
    }
  }

  /** The index, for recovery: there is no other thread yet. */
  LogIndex index() {
    return index;
  }

  /** Payload of a META frame that says all there is to say but the records. */
  Bytes meta() {
    return new Encoder().text(group).i64(epoch).optional(stable).take();
  }

  /** Takes over what a META frame says. */
  void readMeta(Bytes payload, long segment, long first) {
    Decoder in = new Decoder(payload);
    group = in.text();
    epoch = in.i64();
    Bytes record = in.optional();
    stable = record == null ? null : record.copy();
    in.end();
    metaSegment = segment;
    metaFirst = first;
  }

  /** Records from an index on; at least one if it is not past the last. */
  List<Bytes> read(long from, long last, int maxBytes, StorageFiles files, Segments segments) {
    List<Bytes> records = new ArrayList<>();
    FrameReader reader = new FrameReader(files, segments, id, WINDOW_BYTES);
    long bytes = 0;
    for (long i = from; i <= last; i++) {
      Bytes record = inMemory(i);
      long position = 0;
      int length;
      if (record == null) {
        synchronized (this) {
          // Between the two looks the record may have gone to disk, never the other way.
          position = index.position(i);
          length = index.length(i);
        }
      } else {
        length = record.length();
      }
      bytes += length;
      if (bytes > maxBytes && !records.isEmpty()) {
        break;
      }
      records.add(record == null ? reader.read(i, position, length) : record);
    }
    return records;
  }

  private synchronized Bytes inMemory(long i) {
    for (Iterator<Op> newest = unwritten.descendingIterator(); newest.hasNext(); ) {
      if (newest.next() instanceof Op.Append append && append.first <= i) {
        return append.records.get((int) (i - append.first));
      }
    }
    return null;
  }
}
