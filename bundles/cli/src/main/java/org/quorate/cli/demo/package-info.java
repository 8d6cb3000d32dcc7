/** The demonstration: a load, a kill, and proof that nothing was lost or doubled. */
package org.quorate.cli.demo;
