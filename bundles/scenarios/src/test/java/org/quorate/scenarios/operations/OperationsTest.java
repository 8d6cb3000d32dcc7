package org.quorate.scenarios.operations;

import org.quorate.scenarios.KillingContract;

/** Cluster operations on the native coordinator. */
class OperationsTest extends KillingContract {
  OperationsTest() {
    super(OperationsWorkload::new, 12, "initiator", "responder");
  }
}
