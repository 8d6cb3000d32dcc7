/** The virtual log, sessions, certification and quorums; no OSGi, no network, no threads. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.core;
