/**
 * Operations that all nodes of a clustered service take part in: every node gets ready, the work is done,
 * every node completes; with one outcome, whoever dies meanwhile.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.spi.operations;
