package org.quorate.tck.simulation;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Isolation;
import org.quorate.simulator.client.HistoryCheck;
import org.quorate.simulator.client.Transacted;
import org.quorate.simulator.client.Transacted.Access;
import org.quorate.tck.history.HistoryChecker;
import org.quorate.tck.history.HistoryTransaction;
import org.quorate.tck.history.HistoryTransaction.Status;
import org.quorate.tck.history.Operation;

/** Gives the transactions of a simulation to the {@link HistoryChecker}. */
public final class TransactionsHoldTheirLevel implements HistoryCheck {
  @Override
  public String name() {
    return "TransactionsHoldTheirLevel";
  }

  @Override
  public String check(List<Transacted> history, Isolation level) {
    List<HistoryTransaction> transactions = new ArrayList<>(history.size());
    for (Transacted t : history) {
      List<Operation> operations = new ArrayList<>(t.accesses().size());
      for (Access access : t.accesses()) {
        operations.add(
            access.append()
                ? new Operation.Append(access.key(), access.values()[0])
                : new Operation.ReadList(access.key(), access.values()));
      }
      transactions.add(
          new HistoryTransaction(
              t.client(),
              t.calledUs() * 1000,
              t.endedUs() * 1000,
              Status.valueOf(t.fate().name()),
              t.version(),
              operations));
    }
    HistoryChecker.Report report = HistoryChecker.check(transactions, level, false);
    return report.valid() ? null : report.toString();
  }
}
