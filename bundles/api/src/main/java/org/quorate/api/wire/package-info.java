/** The binary encoding shared by wire, disk and cache. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.api.wire;
