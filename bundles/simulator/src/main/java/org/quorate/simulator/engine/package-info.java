/** Virtual time: the one queue, seeded randomness, loops and workers without a thread. */
package org.quorate.simulator.engine;
