/** What a replica does to carry out a swap: a pure state machine. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.core.swap;
