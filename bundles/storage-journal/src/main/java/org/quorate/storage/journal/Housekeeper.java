package org.quorate.storage.journal;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets old segments go. A segment may go when no record in it is kept; what small things of a
 * stream are in it (name, stable record) is written again first. Used by the writer.
 */
final class Housekeeper {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeper.class);

  /** The first number of segments worth a warning; the next is twice as many. */
  private static final int MANY_SEGMENTS = 64;

  private final Segments segments;
  private final FrameWriter writer;
  private final Supplier<List<LogStream>> streams;

  /** Something was dropped, or a segment filled, since it was looked last. */
  private boolean look = true;

  /** Below it segments go as soon as the frames that say so are on disk; 0 for none. */
  private long releasing;

  private long lastSegment;
  private int warnAt = MANY_SEGMENTS;
  private volatile Map<String, Long> figures = Map.of();

  Housekeeper(Segments segments, FrameWriter writer, Supplier<List<LogStream>> streams) {
    this.segments = segments;
    this.writer = writer;
    this.streams = streams;
    this.lastSegment = writer.segmentNumber();
    count(0);
  }

  Map<String, Long> figures() {
    return figures;
  }

  /** Whether a turn without writes makes sense. */
  boolean isDue() {
    return look && segments.count() > 1;
  }

  /** Writes what must be on disk before segments may go; false if none may. */
  boolean write() throws IOException {
    if (!isDue()) {
      return false;
    }
    look = false;
    long needed = writer.segmentNumber();
    LogStream holder = null;
    List<LogStream> all = streams.get();
    for (LogStream stream : all) {
      long segment = stream.firstSegment(needed);
      if (segment < needed) {
        needed = segment;
        holder = stream;
      }
    }
    warn(holder);
    if (needed <= segments.first()) {
      return false;
    }
    for (LogStream stream : all) {
      if (stream.metaSegment != 0
          && (stream.metaSegment < needed || stream.metaFirst != stream.first())) {
        writeMeta(stream);
      }
    }
    writer.write(Layout.FREE, 0, needed);
    releasing = needed;
    lastSegment = writer.segmentNumber(); // a segment that this filled is no reason to look again
    return true;
  }

  void writeMeta(LogStream stream) throws IOException {
    long position = writer.write(Layout.META, stream.id, stream.firstGiven, stream.meta());
    stream.metaSegment = Layout.segment(position);
    stream.metaFirst = stream.firstGiven;
  }

  /** A turn is on disk. */
  void written(List<Op> ops, long appends, long bytes) {
    for (Op op : ops) {
      look |= op instanceof Op.Trim || op instanceof Op.Reset || op instanceof Op.Delete;
    }
    if (writer.segmentNumber() != lastSegment) {
      lastSegment = writer.segmentNumber();
      look = true;
    }
    count(appends);
  }

  /** Lets go what the last turn freed. */
  void release() throws IOException {
    if (releasing > 0) {
      segments.release(releasing);
      releasing = 0;
    }
  }

  private void count(long appends) {
    Map<String, Long> now = new TreeMap<>();
    now.put("journal.appends", appends);
    now.put("journal.bytes", writer.bytes());
    now.put("journal.syncs", writer.syncs());
    now.put("journal.sync.micros", writer.syncNanos() / 1000);
    figures = now;
  }

  private void warn(LogStream holder) {
    if (holder != null && segments.count() >= warnAt) {
      warnAt = segments.count() * 2;
      LOG.warn(
          "The journal has {} segments: group {}, epoch {} still needs the oldest",
          segments.count(),
          holder.group,
          holder.epoch);
    }
  }
}
