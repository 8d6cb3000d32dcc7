/** Wrappers around a strategy that look at its events and effects, or change them. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.simulator.wrap;
