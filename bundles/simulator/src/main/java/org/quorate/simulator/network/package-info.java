/** A simulated network: delay, loss, duplicates, reordering, partitions, resets. */
package org.quorate.simulator.network;
