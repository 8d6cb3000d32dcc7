/** What a strategy must survive in the simulator. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.tck.simulation;
