/** The command line of a user. */
package org.quorate.cli;
