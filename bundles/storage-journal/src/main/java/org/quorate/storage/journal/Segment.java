package org.quorate.storage.journal;

/**
 * A segment file in use.
 *
 * @param salt what its frames carry
 */
record Segment(long number, String name, SegmentFile file, int bytes, int salt) {}
