/** The running framework: what is started in it, and what is put in its place. */
package org.quorate.assembly.osgi;
