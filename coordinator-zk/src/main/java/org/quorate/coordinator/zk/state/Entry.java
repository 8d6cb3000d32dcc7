package org.quorate.coordinator.zk.state;

/**
 * An entry of the log.
 *
 * @param client number that its writer drew
 * @param number of the writer's entries, from 1: the same one is the same request, sent again
 * @param settled the writer has done with all its entries up to this number, come of them what may
 * @param atMs milliseconds since 1970 by the clock of the writer; only to be shown
 */
public record Entry(long client, long number, long settled, long atMs, Command command) {}
