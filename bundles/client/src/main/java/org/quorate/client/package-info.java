/** The TCP client of a cluster; a plain jar and a bundle. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.client;
