package org.quorate.certify;

import org.quorate.tck.protocol.RandomScheduleContract;

class RandomScheduleTest extends RandomScheduleContract {
  @Override
  protected String prefix() {
    return "certify";
  }

  @Override
  protected CertifySchedule schedule(long seed) {
    return new CertifySchedule(seed);
  }
}
