package org.quorate.simulator.client;

import org.quorate.api.Bytes;
import org.quorate.api.Transaction;
import org.quorate.simulator.linear.Operation.Action;

/** One operation on its way. */
final class Call {
  final String key;
  final Action action;
  final Bytes command;
  final Transaction transaction;
  final long session;
  final long sequence;
  final long calledAt;
  final int patience;
  int attempts;
  boolean over;

  /**
   * A call.
   *
   * @param command null for a read
   * @param session 0 for none
   * @param patience attempts after which the client gives up
   */
  Call(
      String key,
      Action action,
      Bytes command,
      Transaction transaction,
      long session,
      long sequence,
      long calledAt,
      int patience) {
    this.key = key;
    this.action = action;
    this.command = command;
    this.transaction = transaction;
    this.session = session;
    this.sequence = sequence;
    this.calledAt = calledAt;
    this.patience = patience;
  }

  boolean read() {
    return command == null;
  }

  @Override
  public String toString() {
    return action + " on " + key + (session == 0 ? "" : " s" + session + "#" + sequence);
  }
}
