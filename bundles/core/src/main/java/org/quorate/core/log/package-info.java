/** The virtual log: its records, positions and chain of links. */
package org.quorate.core.log;
