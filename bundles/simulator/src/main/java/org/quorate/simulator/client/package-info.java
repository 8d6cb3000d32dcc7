/** Simulated clients, what they do, and what they know by what they were told. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.simulator.client;
