package org.quorate.core.certify;

import java.util.ArrayList;
import java.util.List;

/** The intents at one key, the oldest first: some may have their turn, the others wait. */
final class IntentQueue {
  /** So often younger ones may go before the oldest that waits. */
  static final int MOST_PASSES = 8;

  private static final int MOST_NEXT = 16;

  private final List<Intent> all = new ArrayList<>(2);
  private int readers;
  private int writers;

  void add(Intent intent) {
    int at = all.size();
    while (at > 0 && all.get(at - 1).from > intent.from) {
      at--;
    }
    all.add(at, intent);
  }

  void remove(Intent intent) {
    all.removeIf(i -> i == intent);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** The oldest that wait: enough of them that one whose other keys are free is likely among them. */
  List<Intent> next() {
    return all.stream().filter(Intent::waits).limit(MOST_NEXT).toList();
  }

  /** Whether the turn of one that waits here could begin. */
  boolean admits(Intent intent, boolean writes) {
    if (writers > 0 || writes && readers > 0) {
      return false;
    }
    Intent oldest = oldestWaiting();
    return oldest == intent || oldest.passed() < MOST_PASSES;
  }

  private Intent oldestWaiting() {
    for (Intent intent : all) {
      if (intent.waits()) {
        return intent;
      }
    }
    return null;
  }

  /** The turn of one begins: who is older and still waits has been passed. */
  void passedBy(Intent intent) {
    Intent oldest = oldestWaiting();
    if (oldest != null && oldest.from < intent.from) {
      oldest.pass();
    }
  }

  /** One whose turn it is has come in. */
  void began(boolean writes) {
    writers += writes ? 1 : 0;
    readers += writes ? 0 : 1;
  }

  /** One whose turn it was has gone. */
  void ended(boolean writes) {
    writers -= writes ? 1 : 0;
    readers -= writes ? 0 : 1;
  }

  /** Somebody here beside the one given, who may be null: one whose turn it is if there is such. */
  Intent other(Intent own) {
    Intent found = null;
    for (Intent intent : all) {
      if (intent != own && (found == null || found.waits())) {
        found = intent;
      }
    }
    return found;
  }
}
