package org.quorate.operations;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.Phase;

/** What is kept of an operation. Fields are set before it is written, and never after. */
final class Stored {
  long id;

  /** Tells apart what a node began: who lost an answer finds its operation by it. */
  long nonce;

  /** Without content and changes, which are kept beside it. */
  OperationSpec spec;

  String initiator;
  long startedAtMs;
  String driver;

  /** The driver's: it drives as long as it is online with this one. */
  long session;

  int attempt;

  /** Counts phases: answers are given for a step. */
  int step;

  Phase phase;
  Decision decision;
  String reason = "";
  String result = "";
  Map<String, String> answers = new TreeMap<>();
  Map<String, String> failed = new TreeMap<>();
  List<String> gone = new ArrayList<>();
  List<String> missing = new ArrayList<>();

  /** Who is to answer this step, with the session by which it is online. */
  Map<String, Long> expected = new TreeMap<>();

  /** The revision that last changed it; not kept. */
  long revision;

  /** What stands for one that cannot be read. */
  static Stored unknown(long id, String lock) {
    Stored s = new Stored();
    s.id = id;
    s.spec =
        new OperationSpec(
            OperationSpec.UNKNOWN,
            OperationSpec.UNKNOWN,
            lock,
            "",
            Map.of(),
            false,
            false,
            false,
            OperationSpec.Timeouts.DEFAULT);
    s.initiator = "";
    s.driver = "";
    s.phase = Phase.UNREADABLE;
    return s;
  }

  Stored copy() {
    Stored s = new Stored();
    s.id = id;
    s.nonce = nonce;
    s.spec = spec;
    s.initiator = initiator;
    s.startedAtMs = startedAtMs;
    s.driver = driver;
    s.session = session;
    s.attempt = attempt;
    s.step = step;
    s.phase = phase;
    s.decision = decision;
    s.reason = reason;
    s.result = result;
    s.answers.putAll(answers);
    s.failed.putAll(failed);
    s.gone.addAll(gone);
    s.missing.addAll(missing);
    s.expected.putAll(expected);
    s.revision = revision;
    return s;
  }

  boolean decided() {
    return decision != null;
  }

  /** As it is shown; with content and changes if they are given. */
  Operation shown(OperationSpec full, List<String> awaited) {
    return new Operation(
        id,
        full,
        initiator,
        startedAtMs,
        driver,
        attempt,
        phase,
        decision,
        reason,
        answers,
        awaited,
        gone,
        missing,
        failed,
        result);
  }

  @Override
  public String toString() {
    return "operation " + id + " (" + spec.kind() + " " + spec.name() + ")";
  }
}
