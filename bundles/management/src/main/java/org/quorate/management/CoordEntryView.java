package org.quorate.management;

import org.quorate.spi.coordination.KeyEntry;

/**
 * A key of a coordinator.
 *
 * @param encoding null when the value is plain UTF-8
 * @param owner session whose end deletes or releases it, hexadecimal; null for none
 */
public record CoordEntryView(
    String key,
    String value,
    String encoding,
    long createRevision,
    long modRevision,
    long version,
    String owner) {
  static CoordEntryView of(KeyEntry entry) {
    TextBytes text = TextBytes.fitting(entry.value());
    return new CoordEntryView(
        entry.key(),
        text.show(entry.value()),
        text == TextBytes.UTF8 ? null : "base64",
        entry.createRevision(),
        entry.modRevision(),
        entry.version(),
        entry.owner() == 0 ? null : Long.toHexString(entry.owner()));
  }
}
