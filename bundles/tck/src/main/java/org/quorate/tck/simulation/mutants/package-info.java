/** Deliberately broken parts, for tests that the checkers catch them. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.tck.simulation.mutants;
