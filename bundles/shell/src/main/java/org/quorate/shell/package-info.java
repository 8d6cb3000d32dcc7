/** The Gogo commands of a node. */
package org.quorate.shell;
