/** Reads files of records and puts them into a group. */
package org.quorate.cli.load;
