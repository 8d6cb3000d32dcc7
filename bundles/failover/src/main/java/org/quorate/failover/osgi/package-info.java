/** The bundle's component. */
package org.quorate.failover.osgi;
