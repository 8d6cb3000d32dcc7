package org.quorate.coordinator.swap;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Swaps of the coordinators that a node offers its bundles; an OSGi service. Thread-safe. */
public interface CoordinatorSwaps {
  /** Names of coordinators, and of the places where they can be. */
  List<String> names();

  /**
   * The place where a coordinator is as this node has heard last, without asking; null while it has not, or
   * for one that is not there.
   */
  String serving(String coordinator);

  /** What a swap would find; changes nothing. */
  CompletionStage<SwapPlan> plan(String coordinator, String to);

  /**
   * Lets a coordinator go on at the place of another; completes when that is recorded.
   *
   * @param acceptLoss whether the target may lack capabilities
   * @param by who wants it
   */
  CompletionStage<SwapRecord> swap(String coordinator, String to, boolean acceptLoss, String by);

  /** The last swap or the one under way; null if there was none. */
  CompletionStage<SwapRecord> last(String coordinator);
}
