package org.quorate.runtime.api;

/**
 * What became of a node's state when it was given up for the group's.
 *
 * @param history that ended, hexadecimal
 * @param next that the node belongs to now
 * @param forkPosition last position that both have
 * @param lastPosition that the node had
 * @param exported records and changes in the file
 * @param file on that node; empty if it had nothing beyond the fork
 */
public record ReseedReport(
    String history,
    String next,
    long forkPosition,
    long lastPosition,
    long exported,
    String file) {}
