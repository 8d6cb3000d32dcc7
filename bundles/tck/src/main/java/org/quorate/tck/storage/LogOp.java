package org.quorate.tck.storage;

import java.util.List;
import org.quorate.api.Bytes;

/** What a test asks of a link. */
public sealed interface LogOp {
  /** Writes records. */
  record Append(long first, List<Bytes> records) implements LogOp {}

  /** Empties the log. */
  record Reset(long next) implements LogOp {}

  /** Drops a prefix; settles nothing. */
  record Trim(long first) implements LogOp {}

  /** Replaces the stable record. */
  record Save(Bytes record) implements LogOp {}
}
