package org.quorate.spi.coordination;

/**
 * One key's change at one revision.
 *
 * @param entry what the key is since then, null if it was deleted
 */
public record KeyEvent(String key, long revision, KeyEntry entry) {
  /** Whether the key was deleted, by whomever: a request, or the end of its session. */
  public boolean deleted() {
    return entry == null;
  }
}
