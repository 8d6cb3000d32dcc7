package org.quorate.certify;

/** What a member can tell a proposer of its log. */
final class PromiseRules {
  private static final long SLOTS_MAX = 1 << 18;

  private PromiseRules() {}

  /**
   * Whether our log behind what is stable at the proposer is here and fits one message; if not, the
   * proposer must have a log that is as good.
   */
  static boolean canTell(Certify certify, long from, long last, View lastView) {
    SlotLog log = certify.log;
    if (log.complete() - from > SLOTS_MAX) {
      return false;
    }
    int byView = lastView.compareTo(log.view(log.complete()));
    return from >= log.base() || byView > 0 || byView == 0 && last >= log.complete();
  }
}
