package org.quorate.simulator.network;

/**
 * What is wrong with every path.
 *
 * @param baseUs shortest time of a frame, microseconds
 * @param jitterUs mean of what comes on top
 * @param loss share of frames lost
 * @param duplication share of frames delivered twice
 * @param reordering share of frames that may overtake those before them
 * @param stragglers share of frames that take {@code stragglerUs} on average longer
 */
public record NetworkFaults(
    long baseUs,
    long jitterUs,
    double loss,
    double duplication,
    double reordering,
    double stragglers,
    long stragglerUs) {
  /** A healthy network. */
  public static final NetworkFaults NONE = new NetworkFaults(50, 100, 0, 0, 0, 0, 0);
}
