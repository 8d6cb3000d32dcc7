/** The Gogo commands of a node, and the port through which the command line reaches them. */
package org.quorate.shell;
