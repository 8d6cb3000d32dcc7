/** A node: its data directory, its groups, and how they are created and operated. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.runtime.node;
