package org.quorate.cli.workload;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.quorate.tck.history.Anomaly;
import org.quorate.tck.history.Anomaly.Kind;
import org.quorate.tck.history.Anomaly.Order;

/**
 * Probe for write skew: two doctors of a pair may go off call only while both are on call, so one is
 * always there.
 */
final class WriteSkew implements Workload {
  private final Session session;
  private final Collection<String> skewed = new ConcurrentLinkedQueue<>();

  WriteSkew(Session session) {
    this.session = session;
  }

  @Override
  public Future<Boolean> begin(int client, long number) {
    String pair = "pair/" + client / 2 + "/";
    String mine = pair + client % 2;
    String other = pair + (1 - client % 2);
    boolean[] nobody = new boolean[1];
    return session
        .transact(
            client,
            (tx, seen) ->
                tx.get(session.key(mine))
                    .compose(
                        me ->
                            tx.get(session.key(other))
                                .map(
                                    they -> {
                                      // Absent is on call, 1 is off.
                                      long off = Session.number(me) + Session.number(they);
                                      nobody[0] = off == 2;
                                      boolean leaves = off == 0;
                                      tx.put(session.key(mine), Session.text(leaves ? 1 : 0));
                                      return true;
                                    })))
        .onSuccess(
            done -> {
              if (done && nobody[0]) {
                skewed.add(pair);
              }
            });
  }

  @Override
  public Future<List<Anomaly>> verify() {
    return Future.succeededFuture(
        skewed.stream()
            .map(pair -> new Anomaly(Kind.G2, Order.DATA, "nobody was on call in " + pair))
            .toList());
  }
}
