/** Commands, queries and results of the key-value state machine. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.api.kv;
