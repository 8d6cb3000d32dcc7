/** Puts the assembly of a node and the command line together. */
package org.quorate.distribution;
