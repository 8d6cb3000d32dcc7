/** A coordinator whose provider is changed while it is used, and how that is decided. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.coordinator.swap;
