/**
 * A registry of unfinished operations: what a service records before it works, so that others finish
 * it when it dies.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.spi.failover;
