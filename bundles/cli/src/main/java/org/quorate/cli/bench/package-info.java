/** Measures a cluster, the disk and the transport under it. */
package org.quorate.cli.bench;
