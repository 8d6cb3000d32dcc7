package org.quorate.storage.journal;

import java.util.List;
import org.quorate.spi.config.Parameter;

/** Settings of the journal of a node. */
public final class JournalParameters {
  public static final Parameter SEGMENT_BYTES =
      Parameter.number(
              "journal.segment.bytes",
              "bytes",
              JournalSettings.DEFAULTS.segmentBytes(),
              JournalSettings.MIN_SEGMENT_BYTES,
              JournalSettings.MAX_SEGMENT_BYTES,
              "Size of new segment files.")
          .perNode();

  private JournalParameters() {}

  /** All of them. */
  public static List<Parameter> all() {
    return List.of(SEGMENT_BYTES);
  }
}
