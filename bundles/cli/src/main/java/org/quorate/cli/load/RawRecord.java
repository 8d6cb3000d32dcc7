package org.quorate.cli.load;

/**
 * A record as it stands in the file.
 *
 * @param number of the record, from 1
 * @param line on which it begins, from 1
 * @param content its bytes without the line's end; cut when {@code tooLong}
 */
record RawRecord(long number, long line, byte[] content, boolean tooLong) {}
