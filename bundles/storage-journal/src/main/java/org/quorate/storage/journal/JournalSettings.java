package org.quorate.storage.journal;

/**
 * How a journal is laid out.
 *
 * @param segmentBytes size of a new segment file, from 1 KiB to 1 GiB
 * @param spares files kept for later use at most; more are deleted
 * @param idleMs how long nothing must come before the last batch is attested
 */
record JournalSettings(int segmentBytes, int spares, long idleMs) {
  static final int MIN_SEGMENT_BYTES = 1 << 10;
  static final int MAX_SEGMENT_BYTES = 1 << 30;
  static final JournalSettings DEFAULTS = new JournalSettings(16 << 20, 2, 100);

  JournalSettings {
    if (segmentBytes < MIN_SEGMENT_BYTES || segmentBytes > MAX_SEGMENT_BYTES) {
      throw new IllegalArgumentException(
          "segment of "
              + segmentBytes
              + " bytes: allowed are "
              + MIN_SEGMENT_BYTES
              + " to "
              + MAX_SEGMENT_BYTES);
    }
    segmentBytes &= -Layout.ALIGNMENT;
  }

  /** What is left at the end of the last segment, for housekeeping, when the disk is full. */
  int reserveBytes() {
    return segmentBytes / 16;
  }
}
