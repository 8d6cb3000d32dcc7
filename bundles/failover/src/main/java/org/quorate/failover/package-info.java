/** The failover registry: what is pure in it, and how it uses a coordinator. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.failover;
