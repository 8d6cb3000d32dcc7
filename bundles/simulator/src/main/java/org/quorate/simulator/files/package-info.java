/** A model of a disk at the level of files and bytes: what was not synced may be gone or torn. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.simulator.files;
