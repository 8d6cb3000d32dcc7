/** Coordination on a ZooKeeper ensemble. */
package org.quorate.coordinator.zk;
