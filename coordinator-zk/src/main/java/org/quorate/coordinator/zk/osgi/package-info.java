/** The component of this bundle. */
package org.quorate.coordinator.zk.osgi;
