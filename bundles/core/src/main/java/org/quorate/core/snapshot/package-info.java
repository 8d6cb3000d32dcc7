/** Sending and receiving snapshots of a group. */
package org.quorate.core.snapshot;
