/** The bundle's component. */
package org.quorate.kv.osgi;
