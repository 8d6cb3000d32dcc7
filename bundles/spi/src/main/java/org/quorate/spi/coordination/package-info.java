/** What the author of a coordination provider implements, and what applications coordinate with. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.spi.coordination;
