/** The native coordinator: keys, sessions and locks in a key-value group. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.coordinator.kv;
