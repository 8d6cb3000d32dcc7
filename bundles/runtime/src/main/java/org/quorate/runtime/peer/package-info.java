/** Connections between nodes. */
package org.quorate.runtime.peer;
