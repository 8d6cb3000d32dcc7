/** The frames that nodes and clients exchange, and what clients ask of a node. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.api.protocol;
