/** Coordinators that a node offers its bundles. */
package org.quorate.runtime.coordination;
