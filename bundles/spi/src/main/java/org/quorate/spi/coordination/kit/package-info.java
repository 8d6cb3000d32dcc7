/** What services on a coordinator are made of: a loop, a lease, a mirror of the keys they follow. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.spi.coordination.kit;
