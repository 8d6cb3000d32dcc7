/** Coordination servers and the processes that use them, in virtual time. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.tck.virtual;
