/** Event loops and framed sockets, shared by client and node. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.client.net;
