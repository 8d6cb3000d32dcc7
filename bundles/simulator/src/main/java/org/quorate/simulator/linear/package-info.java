/** Decides whether a recorded history is linearizable. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.simulator.linear;
