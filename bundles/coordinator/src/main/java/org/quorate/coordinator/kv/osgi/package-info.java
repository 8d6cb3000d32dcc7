/** The bundle's component. */
package org.quorate.coordinator.kv.osgi;
