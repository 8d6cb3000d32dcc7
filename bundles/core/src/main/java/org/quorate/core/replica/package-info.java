/** One replica of a group: virtual log, sessions, certification, state, reads, checkpoints. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.core.replica;
