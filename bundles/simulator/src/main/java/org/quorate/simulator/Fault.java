package org.quorate.simulator;

/** The fault menu. */
enum Fault {
  CRASH,
  CRASH_IN_WRITE,
  POWER_FAILURE,
  PAUSE,
  ISOLATE,
  SPLIT,
  ONE_WAY,
  PARTIAL,
  BRIDGE,
  HEAL,
  RESET,
  SLOW_DISK,
  SYNC_ERROR,
  WRITE_ERROR,
  FULL_DISK,
  FLIP_LOG,
  FLIP_STATE,
  MEMBERSHIP,
  HAND_OVER,
  CHECKPOINT
}
