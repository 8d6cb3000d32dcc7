/** What the author of a storage implements: log, stable record, snapshots, state. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.spi.storage;
