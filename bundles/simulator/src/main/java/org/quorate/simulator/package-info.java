/**
 * Runs real replicas with any strategy in virtual time under seeded faults, and checks after every
 * step what must hold. Neither threads nor clocks inside a simulation.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.simulator;
