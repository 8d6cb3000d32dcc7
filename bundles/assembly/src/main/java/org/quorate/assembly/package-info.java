/** What a node is assembled from, and how that changes while it runs. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.assembly;
