/** Swaps of a group's strategy under load, watched by clients that count. */
package org.quorate.cli.swap;
