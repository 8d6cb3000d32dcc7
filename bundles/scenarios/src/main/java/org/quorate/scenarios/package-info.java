/** Processes that use a group as services do, for the simulator: what is under all kinds of them. */
package org.quorate.scenarios;
