package org.quorate.simulator.client;

import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.ReadLevel;
import org.quorate.api.Transaction;

/** One request on its way. */
final class Call {
  /** What became of a request; one of the three is told, once. */
  interface Answer {
    /** Committed, or read. */
    void done(Bytes result, long version, long position);

    /** Refused by the certifier, or for good: it has no effect. */
    default void refused() {
      unknown();
    }

    /** It may have taken effect, or may yet. */
    void unknown();
  }

  /** What is asked. */
  sealed interface Request {
    /** To be ordered; {@code transaction} is null for what is valid whatever the state. */
    record Write(Bytes command, Transaction transaction) implements Request {}

    /** To be answered from the state. */
    record Read(Bytes query, ReadLevel level) implements Request {}
  }

  final Supplier<String> label;
  final Request request;
  final long session;
  final long sequence;
  final int patience;
  final Answer answer;
  int attempts;
  boolean over;

  /**
   * A call.
   *
   * @param label for traces; asked only if there is one
   * @param session 0 for none
   * @param patience attempts after which the client gives up
   */
  Call(
      Supplier<String> label,
      Request request,
      long session,
      long sequence,
      int patience,
      Answer answer) {
    this.label = label;
    this.request = request;
    this.session = session;
    this.sequence = sequence;
    this.patience = patience;
    this.answer = answer;
  }

  boolean read() {
    return request instanceof Request.Read;
  }

  @Override
  public String toString() {
    return label.get() + (session == 0 ? "" : " s" + session + "#" + sequence);
  }
}
