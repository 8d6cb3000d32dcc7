/**
 * Checks what clients saw: dependency graphs of list-append and register histories, totals of banks
 * and counters.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.tck.history;
