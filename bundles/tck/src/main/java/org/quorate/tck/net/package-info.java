/** What tests with sockets need: ports, certificates, ZooKeeper servers. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.tck.net;
