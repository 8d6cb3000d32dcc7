package org.quorate.spi.coordination;

import org.quorate.api.Bytes;

/**
 * A key and what is known of it.
 *
 * @param value empty in a listing without values
 * @param createRevision revision that created it
 * @param modRevision revision that last changed its value or owner
 * @param version how many revisions changed it since it was created, from 1
 * @param owner id of the session whose end deletes or releases it, 0 for none
 */
public record KeyEntry(
    String key, Bytes value, long createRevision, long modRevision, long version, long owner) {}
