/** Loads with a known meaning, so that what came out can be checked. */
package org.quorate.cli.workload;
