/** The strategy as a declarative service. */
package org.quorate.raft.osgi;
