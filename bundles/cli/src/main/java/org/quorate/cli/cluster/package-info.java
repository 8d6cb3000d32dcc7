/** A cluster of processes on this machine: its file, its processes, its ports. */
package org.quorate.cli.cluster;
