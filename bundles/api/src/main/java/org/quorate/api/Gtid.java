package org.quorate.api;

/**
 * The place of a commit in a group's history.
 *
 * @param historyId random identity of the history; a forced recovery starts a new one
 * @param version number of the commit in that history, from 1, without gap
 */
public record Gtid(long historyId, long version) {
  @Override
  public String toString() {
    return Long.toHexString(historyId) + ":" + version;
  }
}
