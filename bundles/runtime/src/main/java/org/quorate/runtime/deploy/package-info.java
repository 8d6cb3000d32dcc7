/** Bundles that change on a running cluster, node by node. */
package org.quorate.runtime.deploy;
