/** The memtable over the state storage, and the checkpoint. */
package org.quorate.core.state;
