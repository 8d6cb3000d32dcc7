package org.quorate.raft;

import org.quorate.tck.protocol.RandomScheduleContract;

class RandomScheduleTest extends RandomScheduleContract {
  @Override
  protected String prefix() {
    return "raft";
  }

  @Override
  protected RaftSchedule schedule(long seed) {
    return new RaftSchedule(seed);
  }
}
