/** What must hold of all nodes together after every step of a simulation. */
package org.quorate.raft.invariants;
