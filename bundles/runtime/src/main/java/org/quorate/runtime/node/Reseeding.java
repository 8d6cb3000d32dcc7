package org.quorate.runtime.node;

import org.quorate.api.GroupId;

/** Deletes what a node has of a history that has ended. Blocks. */
final class Reseeding {
  private Reseeding() {}

  /** Repeating it after a crash does no harm. */
  static void discard(GroupId group, Services.Parts parts) {
    parts.log().links(group).forEach(number -> parts.log().delete(group, number));
    parts.storage().delete(group);
  }
}
