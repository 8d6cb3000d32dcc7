/** The commands. */
package org.quorate.cli.command;
