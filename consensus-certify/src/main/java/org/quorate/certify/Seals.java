package org.quorate.certify;

import java.util.ArrayList;

/** The seals in the log, by plan, so that one plan's seal is not appended twice. [derived] */
final class Seals {
  private record At(long index, long planId) {}

  private final ArrayList<At> inLog = new ArrayList<>();

  /** Index of the plan's seal, or 0. */
  long find(long planId) {
    for (At at : inLog) {
      if (at.planId() == planId) {
        return at.index();
      }
    }
    return 0;
  }

  /** Index of the last seal in the log, 0 if there is none. */
  long last() {
    return inLog.isEmpty() ? 0 : inLog.get(inLog.size() - 1).index();
  }

  void add(long index, Entry entry) {
    inLog.add(new At(index, entry.planId()));
  }

  void truncateFrom(long index) {
    inLog.removeIf(at -> at.index() >= index);
  }

  void dropTo(long index) {
    inLog.removeIf(at -> at.index() <= index);
  }
}
