/** Processes with a failover registry that do operations on shards and take over those of the dead. */
package org.quorate.scenarios.failover;
