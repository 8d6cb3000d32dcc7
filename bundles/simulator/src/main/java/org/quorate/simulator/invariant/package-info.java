/** What must hold after every step, one class each. */
package org.quorate.simulator.invariant;
