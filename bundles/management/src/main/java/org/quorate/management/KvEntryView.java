package org.quorate.management;

import org.quorate.api.kv.KvEntry;

/**
 * A key and its value.
 *
 * @param encoding null when key and value are plain UTF-8; otherwise how both are written
 */
public record KvEntryView(
    String key,
    String value,
    String encoding,
    long createRevision,
    long modRevision,
    long version,
    Long lease) {

  /** Plain where it can be, Base64 where it must. */
  public static KvEntryView of(KvEntry entry) {
    TextBytes text = TextBytes.fitting(entry.key());
    if (text == TextBytes.UTF8) {
      text = TextBytes.fitting(entry.value());
    }
    return new KvEntryView(
        text.show(entry.key()),
        text.show(entry.value()),
        text == TextBytes.UTF8 ? null : "base64",
        entry.createRevision(),
        entry.modRevision(),
        entry.version(),
        entry.lease() == 0 ? null : entry.lease());
  }
}
