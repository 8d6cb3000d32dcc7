/** Cluster operations: what is pure in them, and how they use a coordinator. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.operations;
