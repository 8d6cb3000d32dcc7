package org.quorate.simulator.client;

import java.util.List;
import org.quorate.api.Isolation;

/** Judges what transactions saw; found by {@link java.util.ServiceLoader}. Stateless. */
public interface HistoryCheck {
  /** For reports. */
  String name();

  /** Null if the history holds the level, otherwise what it holds that it must not. */
  String check(List<Transacted> history, Isolation level);
}
