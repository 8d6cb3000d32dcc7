/** The stores that a replica works on, and their exchange for others while it serves. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.core.storage;
