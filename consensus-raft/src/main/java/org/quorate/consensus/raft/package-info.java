/** The Raft strategy. */
package org.quorate.consensus.raft;
