package org.quorate.cli.workload;

import io.vertx.core.Future;
import java.util.List;
import org.quorate.tck.history.Anomaly;

/** What the clients of a measurement do, and what must be true of it. */
interface Workload {
  /** Writes what has to be there before; called once. */
  default Future<Void> prepare() {
    return Future.succeededFuture();
  }

  /** One operation of a client, which begins its next when this has ended. */
  Future<Boolean> begin(int client, long number);

  /** What was found to be wrong; called once, when everything has ended. */
  Future<List<Anomaly>> verify();
}
