/** Measures a cluster: writes in a closed loop, beside the disk and the network alone. */
package org.quorate.cli.bench;
