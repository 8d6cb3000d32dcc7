package org.quorate.scenarios.failover;

import org.quorate.scenarios.KillingContract;

/** The failover registry on the native coordinator. */
class FailoverTest extends KillingContract {
  FailoverTest() {
    super(FailoverWorkload::new, 8, "worker", "taker", "assigner");
  }
}
