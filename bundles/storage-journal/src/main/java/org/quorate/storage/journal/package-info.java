/** The segmented log of a node: one writer, one sync for the appends of all its groups. */
package org.quorate.storage.journal;
