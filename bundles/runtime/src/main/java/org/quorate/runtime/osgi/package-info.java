/** Wires the node into an OSGi framework. */
package org.quorate.runtime.osgi;
