/** Certification of transactions: a pure function of the log, the same on every link. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.core.certify;
