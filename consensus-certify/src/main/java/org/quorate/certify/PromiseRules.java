package org.quorate.certify;

/** What a member can tell a proposer of its log. */
final class PromiseRules {
  private static final long SLOTS_MAX = 1 << 18;

  private PromiseRules() {}

  /**
   * Whether a proposer can take over our log: what is behind its own fits one message, and its own
   * reaches the part that we have. Otherwise it must have a log that is as good.
   */
  static boolean canTell(Certify certify, long from, long last, View lastView) {
    SlotLog log = certify.log;
    if (log.complete() - Math.max(from, log.base()) > SLOTS_MAX) {
      return false;
    }
    int byView = lastView.compareTo(log.view(log.complete()));
    return Math.max(from, last) >= log.base()
        || byView > 0
        || byView == 0 && last >= log.complete();
  }
}
