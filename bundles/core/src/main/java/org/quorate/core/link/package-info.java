/** Runs a pure loglet: the driver and its ordering rules. */
package org.quorate.core.link;
