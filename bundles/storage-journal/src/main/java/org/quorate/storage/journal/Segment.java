package org.quorate.storage.journal;

import org.quorate.spi.storage.files.StorageFile;

/**
 * A segment file in use.
 *
 * @param salt what its frames carry
 */
record Segment(long number, String name, StorageFile file, int bytes, int salt) {}
