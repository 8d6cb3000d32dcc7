/** Simulated disks at the level of records: what was synced survives, the rest may not. */
package org.quorate.simulator.disk;
